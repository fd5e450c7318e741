/** Sends RTP into a router as a plain sender would: Opus, or VP8 in simulcast with key frames, sequence numbers and sender reports. */
import { createSocket, type Socket } from 'node:dgram';
import type { types } from 'mediasoup';

export interface RtpSource {
  readonly producer: types.Producer;
  /** How often the router asked for a key frame. */
  readonly keyFrameRequests: () => number;
  /** Packets sent, over all encodings. */
  readonly sent: () => number;
  stop(): void;
}

interface Encoding {
  readonly ssrc: number;
  sequence: number;
  packets: number;
  octets: number;
  wantsKeyFrame: boolean;
}

let nextSsrc = 100_000;

export async function sendOpus(router: types.Router, id: string): Promise<RtpSource> {
  const ssrc = (nextSsrc += 10);
  return startSource(router, {
    id,
    kind: 'audio',
    intervalMs: 20,
    clockRate: 48_000,
    payloadType: 111,
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: {} }],
      encodings: [{ ssrc }],
      rtcp: { cname: 'source' },
    },
    payload: () => Buffer.alloc(80, 7),
  });
}

/** Each encoding's pictures carry its width, 160 doubled for each next one. */
export async function sendVp8(router: types.Router, id: string, encodings = 3): Promise<RtpSource> {
  const first = (nextSsrc += 10);
  return startSource(router, {
    id,
    kind: 'video',
    intervalMs: 33,
    clockRate: 90_000,
    payloadType: 96,
    rtpParameters: {
      codecs: [
        {
          mimeType: 'video/VP8',
          payloadType: 96,
          clockRate: 90_000,
          parameters: {},
          rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
        },
      ],
      encodings: Array.from({ length: encodings }, (_, index) => ({ ssrc: first + index, scalabilityMode: 'L1T1' })),
      rtcp: { cname: 'source' },
    },
    payload: vp8Picture,
  });
}

interface SourceOptions {
  readonly id: string;
  readonly kind: types.MediaKind;
  readonly intervalMs: number;
  readonly clockRate: number;
  readonly payloadType: number;
  readonly rtpParameters: types.RtpParameters;
  readonly payload: (picture: { readonly index: number; readonly number: number; readonly key: boolean }) => Buffer;
}

async function startSource(router: types.Router, options: SourceOptions): Promise<RtpSource> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    comedia: true,
    rtcpMux: true,
  });
  const producer = await transport.produce({
    id: options.id,
    kind: options.kind,
    rtpParameters: options.rtpParameters,
    keyFrameRequestDelay: 0,
  });
  const socket = createSocket('udp4');
  const encodings: Encoding[] = (options.rtpParameters.encodings ?? []).map(({ ssrc }) => ({
    ssrc: ssrc ?? 0,
    sequence: 1_000,
    packets: 0,
    octets: 0,
    wantsKeyFrame: true,
  }));
  let keyFrameRequests = 0;
  socket.on('message', (message) => {
    for (const ssrc of pictureLosses(message)) {
      keyFrameRequests += 1;
      for (const encoding of encodings) if (encoding.ssrc === ssrc) encoding.wantsKeyFrame = true;
    }
  });
  let number = 0;
  const startedMs = Date.now();
  const timer = setInterval(() => {
    number += 1;
    for (const [index, encoding] of encodings.entries()) {
      const timestamp = Math.round(((Date.now() - startedMs) * options.clockRate) / 1_000) + 5_000;
      const payload = options.payload({ index, number, key: encoding.wantsKeyFrame });
      encoding.wantsKeyFrame = false;
      sendPacket(socket, transport.tuple.localPort, rtpPacket(encoding, { ...options, timestamp, payload }));
      encoding.packets += 1;
      encoding.octets += payload.length;
      if (number % 10 === 1) sendPacket(socket, transport.tuple.localPort, senderReport(encoding, timestamp));
    }
  }, options.intervalMs);
  return {
    producer,
    keyFrameRequests: () => keyFrameRequests,
    sent: () => encodings.reduce((sum, { packets }) => sum + packets, 0),
    stop(): void {
      if (transport.closed) return;
      clearInterval(timer);
      socket.close();
      transport.close();
    },
  };
}

function sendPacket(socket: Socket, port: number, packet: Buffer): void {
  socket.send(packet, port, '127.0.0.1');
}

function rtpPacket(
  encoding: Encoding,
  what: { readonly payloadType: number; readonly timestamp: number; readonly payload: Buffer },
): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = 0x80 | what.payloadType;
  header.writeUInt16BE((encoding.sequence = (encoding.sequence + 1) & 0xffff), 2);
  header.writeUInt32BE(what.timestamp >>> 0, 4);
  header.writeUInt32BE(encoding.ssrc, 8);
  return Buffer.concat([header, what.payload]);
}

/** RFC 3550, 6.4.1, without report blocks. */
function senderReport(encoding: Encoding, timestamp: number): Buffer {
  const report = Buffer.alloc(28);
  report[0] = 0x80;
  report[1] = 200;
  report.writeUInt16BE(6, 2);
  report.writeUInt32BE(encoding.ssrc, 4);
  const nowMs = Date.now();
  report.writeUInt32BE((Math.floor(nowMs / 1_000) + 2_208_988_800) >>> 0, 8);
  report.writeUInt32BE(Math.floor(((nowMs % 1_000) / 1_000) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(timestamp >>> 0, 16);
  report.writeUInt32BE(encoding.packets, 20);
  report.writeUInt32BE(encoding.octets, 24);
  return report;
}

/** RFC 7741: descriptor with picture id, TL0PICIDX and TID; then VP8's own header, with the width in key frames. */
function vp8Picture({ index, number, key }: { index: number; number: number; key: boolean }): Buffer {
  const pictureId = number & 0x7fff;
  const descriptor = [0x90, 0xe0, 0x80 | (pictureId >> 8), pictureId & 0xff, number & 0xff, 0x00];
  if (!key) return Buffer.concat([Buffer.from([...descriptor, 0x11]), Buffer.alloc(100 * (index + 1), 1)]);
  const width = 160 << index;
  const start = [0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, width & 0xff, width >> 8, 90, 0];
  return Buffer.concat([Buffer.from([...descriptor, ...start]), Buffer.alloc(200, 2)]);
}

/** Media SSRCs of the PLIs (RFC 4585, 6.3.1) and FIRs (RFC 5104, 4.3.1) in a compound packet. */
function pictureLosses(packet: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at + 12 <= packet.length; at += 4 * (packet.readUInt16BE(at + 2) + 1)) {
    const format = (packet[at] ?? 0) & 0x1f;
    if (packet[at + 1] !== 206) continue;
    if (format === 1) found.push(packet.readUInt32BE(at + 8));
    if (format === 4 && at + 16 <= packet.length) found.push(packet.readUInt32BE(at + 12));
  }
  return found;
}
