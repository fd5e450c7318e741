/** Speech as RTP, put into a room's own router past WebRTC: what the router then measures and forwards is real. */
import { createSocket } from 'node:dgram';
import type { types } from 'mediasoup';
import { opusParameters } from './media-fixtures.js';

export interface Speech {
  readonly producer: types.Producer;
  /** From now on; dBov, or undefined for silence. */
  say(dbov: number | undefined): void;
  stop(): void;
}

const packetMs = 20;
const audioLevelId = 6;
const payloadType = 111;

export async function startSpeech(router: types.Router): Promise<Speech> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux: true,
    comedia: true,
  });
  const rtpParameters = opusParameters();
  const producer = await transport.produce({ kind: 'audio', rtpParameters });
  const ssrc = rtpParameters.encodings?.[0]?.ssrc ?? 0;
  const socket = createSocket('udp4');
  let level: number | undefined;
  let sequence = 0;
  const timer = setInterval(() => {
    if (level === undefined) return;
    sequence += 1;
    socket.send(rtpPacket({ ssrc, sequence, dbov: level }), transport.tuple.localPort, '127.0.0.1');
  }, packetMs);
  return {
    producer,
    say(dbov): void {
      level = dbov;
    },
    stop(): void {
      clearInterval(timer);
      socket.close();
      transport.close();
    },
  };
}

/** RFC 3550, with one header extension (RFC 8285) for the level (RFC 6464). */
function rtpPacket({ ssrc, sequence, dbov }: { ssrc: number; sequence: number; dbov: number }): Buffer {
  const packet = Buffer.alloc(20 + 60);
  packet.writeUInt8(0x90, 0);
  packet.writeUInt8(payloadType, 1);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 960) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt16BE(0xbede, 12);
  packet.writeUInt16BE(1, 14);
  packet.writeUInt8(audioLevelId << 4, 16);
  packet.writeUInt8(0x80 | -dbov, 17);
  return packet;
}
