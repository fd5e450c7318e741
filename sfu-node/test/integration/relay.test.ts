/** Two nodes relay real RTP: nothing before somebody consumes, everything while somebody does. */
import { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { types } from 'mediasoup';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { relayTopology, startRelayNode, type MeshOptions, type RelayNode } from './support/relay-node.js';
import { consumeRtp, type RtpSink } from './support/rtp-sink.js';
import { sendOpus, sendVp8, type RtpSource } from './support/rtp-source.js';

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const until = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 5_000, interval: 20 });

async function nodes(names: readonly string[], options: MeshOptions = {}): Promise<RelayNode[]> {
  const started = await Promise.all(names.map((name) => startRelayNode(name)));
  closers.push(...started.map((node) => () => node.close()));
  apply(started, options);
  return started;
}

function apply(all: readonly RelayNode[], options: MeshOptions = {}): void {
  const topology = relayTopology(all, options);
  for (const node of all) node.relays.applyTopology(topology);
}

async function produce(node: RelayNode, id: string, kind: 'opus' | 'vp8' = 'opus'): Promise<RtpSource> {
  const router = await node.router();
  const source = kind === 'opus' ? await sendOpus(router, id) : await sendVp8(router, id);
  closers.push(() => source.stop());
  node.join(`${node.name}-person`);
  const kinds = { opus: MediaKind.AUDIO, vp8: MediaKind.VIDEO };
  node.announce({ id, participantId: `${node.name}-person`, kind: kinds[kind] });
  return source;
}

/** As Media.Consume does: makes it local, consumes it, and tells what it wants. */
async function consume(node: RelayNode, producerId: string): Promise<RtpSink> {
  await until(() => expect(node.roster.producer(producerId)).toBeDefined());
  await node.relays.ensureLocal(producerId, AbortSignal.timeout(3_000));
  const sink = await consumeRtp(await node.router(), producerId);
  node.relays.setDemand(producerId, 'Active');
  return sink;
}

const stats = async (pipe: types.PipeTransport | undefined): Promise<types.PipeTransportStat> =>
  (await pipe!.getStats())[0]!;

describe('a relay between two nodes', () => {
  it('announces at once, pipes on demand, and lets go after the last consumer', async () => {
    const [a, b] = (await nodes(['node-a', 'node-b'])) as [RelayNode, RelayNode];
    const source = await produce(a, 'mic');
    await until(() => expect(b.roster.producer('mic')?.origin).toBe('node-a'));
    await until(() => expect([a.pipes().length, b.pipes().length]).toEqual([1, 1]));
    await until(() => expect(source.sent()).toBeGreaterThan(20));
    expect((await stats(a.pipes()[0])).rtpBytesSent).toBe(0);
    expect((await stats(b.pipes()[0])).rtpBytesReceived).toBe(0);

    const sink = await consume(b, 'mic');
    await until(() => expect(sink.packets.length).toBeGreaterThan(20));
    expect(a.pipes()[0]?.srtpParameters?.cryptoSuite).toBe('AEAD_AES_256_GCM');

    b.relays.setDemand('mic', 'Paused');
    await until(async () => {
      const before = (await stats(a.pipes()[0])).rtpBytesSent;
      const sent = source.sent();
      await until(() => expect(source.sent()).toBeGreaterThan(sent + 5));
      expect((await stats(a.pipes()[0])).rtpBytesSent).toBe(before);
    });
    expect((await (await b.router()).dump()).mapProducerIdConsumerIds.map(({ key }) => key)).toEqual(['mic']);

    b.relays.setDemand('mic', 'Active');
    const received = sink.packets.length;
    await until(() => expect(sink.packets.length).toBeGreaterThan(received + 10));

    sink.close();
    b.relays.setDemand('mic', 'None');
    await until(async () => expect((await (await b.router()).dump()).mapProducerIdConsumerIds).toEqual([]));
    await until(async () => expect(await a.metric('parley_relay_piped_producers', { direction: 'out' })).toBe(0));
  });
});
