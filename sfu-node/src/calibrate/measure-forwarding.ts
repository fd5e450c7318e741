/**
 * What a media worker of this host uses of its CPU for each packet: real RTP through real routers, encrypted for each receiver as a
 * browser would get it. The senders and receivers are this process; only the worker's own time counts.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { routerCodecs } from '@parley/relay/media/router-codecs.js';
import { createMediaWorker } from '@parley/relay/media/create-media-worker.js';
import type { types } from 'mediasoup';
import type { ForwardingCost } from '../core/calibrate/capacity-of-host.js';

const ip = '127.0.0.1';
/** Enough to keep the worker busy: waking it for each packet would cost twice as much. */
const senders = 20;
const receiversOfEach = 25;
const packetsPerSecond = 60;
const tickMs = 5;
const warmUpMs = 1_000;
const payloadBytes = 600;
const payloadType = 96;
/** AEAD_AES_256_GCM: a key of 32 bytes and a salt of 12. */
const keyBytes = 44;

/** @throws Error when the worker forwards next to nothing. */
export async function measureForwarding(seconds: number): Promise<ForwardingCost> {
  const worker = await createMediaWorker();
  const sink = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  const sources: Socket[] = [];
  try {
    sink.bind(0, ip);
    await once(sink, 'listening');
    const router = await worker.createRouter({ mediaCodecs: routerCodecs });
    const consumers: types.Consumer[] = [];
    for (let index = 0; index < senders; index += 1) {
      const { producer, source } = await openSender(router, index);
      sources.push(source);
      for (let count = 0; count < receiversOfEach; count += 1)
        consumers.push(await openReceiver(router, producer, sink.address().port));
    }
    const send = createSending(sources);
    await send(warmUpMs);
    const before = await reading(worker, consumers);
    const sent = await send(seconds * 1_000);
    const after = await reading(worker, consumers);
    const forwarded = after.forwarded - before.forwarded;
    if (forwarded < (sent * receiversOfEach) / 2)
      throw new Error(
        `of ${sent * receiversOfEach} packets only ${forwarded} were forwarded: the host is too busy to measure`,
      );
    return { cpuMs: after.cpuMs - before.cpuMs, packets: sent + forwarded };
  } finally {
    for (const source of sources) source.close();
    sink.close();
    worker.close();
  }
}

async function openSender(
  router: types.Router,
  index: number,
): Promise<{ readonly producer: types.Producer; readonly source: Socket }> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip },
    comedia: true,
    rtcpMux: true,
  });
  const producer = await transport.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', payloadType, clockRate: 90_000 }],
      encodings: [{ ssrc: index + 1 }],
    },
  });
  const source = createSocket('udp4');
  source.connect(transport.tuple.localPort, ip);
  await once(source, 'connect');
  return { producer, source };
}

async function openReceiver(router: types.Router, producer: types.Producer, port: number): Promise<types.Consumer> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip },
    rtcpMux: true,
    enableSrtp: true,
    srtpCryptoSuite: 'AEAD_AES_256_GCM',
  });
  await transport.connect({
    ip,
    port,
    srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: randomBytes(keyBytes).toString('base64') },
  });
  return transport.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
}

/** Each source sends at a steady pace, and catches up when the timer was late. */
function createSending(sources: readonly Socket[]): (durationMs: number) => Promise<number> {
  let sequence = 0;
  return async (durationMs) => {
    const startMs = performance.now();
    let sent = 0;
    while (performance.now() - startMs < durationMs) {
      const due = Math.floor(((performance.now() - startMs) / 1_000) * packetsPerSecond);
      for (; sent < due; sent += 1) {
        sequence = (sequence + 1) & 0x7fff;
        for (const [index, source] of sources.entries()) source.send(aPicture(index + 1, sequence));
      }
      await sleep(tickMs);
    }
    return sent * sources.length;
  };
}

/** RFC 3550 and RFC 7741: one packet, which is a whole key frame, so that it is forwarded whatever came before. */
function aPicture(ssrc: number, sequence: number): Buffer {
  const packet = Buffer.alloc(12 + payloadBytes, 0xaa);
  packet.writeUInt16BE(0x8000 | 0x80 | payloadType, 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 1_500, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt16BE(0x9080, 12);
  packet.writeUInt16BE(0x8000 | sequence, 14);
  packet.writeUInt8(0x10, 16);
  return packet;
}

async function reading(
  worker: types.Worker,
  consumers: readonly types.Consumer[],
): Promise<{ readonly cpuMs: number; readonly forwarded: number }> {
  const { ru_utime: userMs, ru_stime: systemMs } = await worker.getResourceUsage();
  const stats = await Promise.all(consumers.map((consumer) => consumer.getStats()));
  const forwarded = stats.flat().filter(({ type }) => type === 'outbound-rtp');
  return { cpuMs: userMs + systemMs, forwarded: forwarded.reduce((sum, { packetCount }) => sum + packetCount, 0) };
}
