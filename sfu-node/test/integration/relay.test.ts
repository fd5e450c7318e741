/** Two nodes relay real RTP: nothing before somebody consumes, and then all that a consumer next to the sender would get. */
import { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import { afterEach, describe, expect, it } from 'vitest';
import {
  consume,
  makeLocal,
  pipeStats,
  routed,
  startMeeting,
  until,
  type RelayMeeting,
} from './support/relay-meeting.js';
import type { RelayNode } from './support/relay-node.js';
import type { RtpSource } from './support/rtp-source.js';

let meeting: RelayMeeting | undefined;
afterEach(async () => {
  await meeting?.close();
  meeting = undefined;
});

async function twoNodes(): Promise<{ a: RelayNode; b: RelayNode; meeting: RelayMeeting }> {
  meeting = await startMeeting(['node-a', 'node-b']);
  const [a, b] = meeting.nodes as [RelayNode, RelayNode];
  return { a, b, meeting };
}

/** RTP bytes that a node's first pipe sent while the source sent so many packets. */
async function sentWhile(node: RelayNode, source: RtpSource, packets: number): Promise<number> {
  const before = (await pipeStats(node.pipes()[0])).rtpBytesSent;
  const sent = source.sent();
  await until(() => expect(source.sent()).toBeGreaterThan(sent + packets));
  return (await pipeStats(node.pipes()[0])).rtpBytesSent - before;
}

const piped = (node: RelayNode): Promise<number> => node.metric('parley_relay_piped_producers', { direction: 'out' });

describe('a relay between two nodes', () => {
  it('announces at once, pipes on demand, and lets go after the last consumer', async () => {
    const { a, b, meeting } = await twoNodes();
    const source = await meeting.produce(a, 'mic');
    await until(() => expect(b.roster.producer('mic')?.origin).toBe('node-a'));
    await until(() => expect([a.pipes().length, b.pipes().length]).toEqual([1, 1]));
    await until(() => expect(source.sent()).toBeGreaterThan(20));
    expect((await pipeStats(a.pipes()[0])).rtpBytesSent).toBe(0);
    expect((await pipeStats(b.pipes()[0])).rtpBytesReceived).toBe(0);

    const sink = await consume(b, 'mic');
    await until(() => expect(sink.packets.length).toBeGreaterThan(20));
    expect(a.pipes()[0]?.srtpParameters?.cryptoSuite).toBe('AEAD_AES_256_GCM');

    b.relays.setDemand('mic', 'Paused');
    await until(async () => expect(await sentWhile(a, source, 5)).toBe(0));
    expect(await routed(b)).toEqual(['mic']);

    b.relays.setDemand('mic', 'Active');
    const received = sink.packets.length;
    await until(() => expect(sink.packets.length).toBeGreaterThan(received + 10));

    sink.close();
    b.relays.setDemand('mic', 'None');
    await until(async () => expect(await routed(b)).toEqual([]));
    await until(async () => expect(await piped(a)).toBe(0));
  });

  it('pipes a producer once, however many consume it, and both ways at a time', async () => {
    const { a, b, meeting } = await twoNodes();
    await meeting.produce(a, 'mic-a');
    await meeting.produce(b, 'mic-b');
    const sinks = await Promise.all([consume(b, 'mic-a'), consume(b, 'mic-a'), consume(a, 'mic-b')]);
    for (const sink of sinks) await until(() => expect(sink.packets.length).toBeGreaterThan(10));
    expect([await piped(a), await piped(b)]).toEqual([1, 1]);
    expect([a.pipes().length, b.pipes().length]).toEqual([1, 1]);
    const sequences = sinks[0].packets.map(({ sequence }) => sequence);
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  it('carries every layer, and key-frame requests back to the sender', async () => {
    const { a, b, meeting } = await twoNodes();
    const source = await meeting.produce(a, 'camera', 'vp8');
    const sink = await consume(b, 'camera');
    expect(sink.consumer.type).toBe('simulcast');
    await until(() => expect(sink.lastWidth()).toBe(640), 10_000);

    await sink.consumer.setPreferredLayers({ spatialLayer: 0 });
    await until(() => expect(sink.lastWidth()).toBe(160), 10_000);
    await sink.consumer.setPreferredLayers({ spatialLayer: 2 });
    await until(() => expect(sink.lastWidth()).toBe(640), 10_000);

    const before = source.keyFrameRequests();
    await sink.consumer.requestKeyFrame();
    await until(() => expect(source.keyFrameRequests()).toBeGreaterThan(before));
    expect((await a.pipes()[0]?.dump())?.rtx).toBe(true);
  });

  it('asks for a key frame at once when somebody watches again', async () => {
    const { a, b, meeting } = await twoNodes();
    const source = await meeting.produce(a, 'camera', 'vp8');
    const sink = await consume(b, 'camera');
    await until(() => expect(sink.lastWidth()).toBe(640), 10_000);
    b.relays.setDemand('camera', 'Paused');
    await until(async () => expect(await sentWhile(a, source, 9)).toBe(0));
    const before = source.keyFrameRequests();
    const received = sink.packets.length;
    b.relays.setDemand('camera', 'Active');
    await until(() => expect(source.keyFrameRequests()).toBeGreaterThan(before));
    await until(() => expect(sink.packets.length).toBeGreaterThan(received + 10));
  });

  it('passes the pause of a participant on, and its end', async () => {
    const { a, b, meeting } = await twoNodes();
    const source = await meeting.produce(a, 'mic');
    const sink = await consume(b, 'mic');
    const participantId = 'node-a-person';

    await source.producer.pause();
    a.announce({ id: 'mic', participantId, kind: MediaKind.AUDIO, paused: true });
    await until(() => expect(sink.consumer.producerPaused).toBe(true));
    expect(b.roster.producer('mic')?.producer.paused).toBe(true);

    await source.producer.resume();
    a.announce({ id: 'mic', participantId, kind: MediaKind.AUDIO, paused: false });
    await until(() => expect(sink.consumer.producerPaused).toBe(false));

    a.roster.removeProducer('mic');
    await until(() => expect(sink.consumer.closed).toBe(true));
    expect(await routed(b)).toEqual([]);
  });

  it('passes audio levels and scores on', async () => {
    const { a, b } = await twoNodes();
    a.join('anna');
    await until(() => expect(b.roster.hasParticipant('anna', 'node-a')).toBe(true));
    const heard: unknown[] = [];
    b.relays.onLevels((levels) => heard.push(...levels));
    a.relays.publishLevels([{ participantId: 'anna', dbov: -30 }]);
    await until(() => expect(heard[0]).toMatchObject({ participantId: 'anna', dbov: -30 }));
    a.relays.publishScore({ producerId: 'mic', score: 7 });
    await until(() => expect(b.scores).toMatchObject([{ producerId: 'mic', score: 7 }]));
  });

  it('carries data, in order', async () => {
    const { a, b } = await twoNodes();
    const from = await (await a.router()).createDirectTransport();
    const producer = await from.produceData({ id: 'chat', label: 'chat', protocol: 'json' });
    a.join('anna');
    a.announce({ id: 'chat', participantId: 'anna', kind: MediaKind.DATA });
    const dataProducerId = await makeLocal(b, 'chat');
    const consumer = await (await (await b.router()).createDirectTransport()).consumeData({ dataProducerId });
    b.relays.setDemand('chat', 'Active');
    const heard: string[] = [];
    consumer.on('message', (message) => heard.push(message.toString()));
    expect(consumer).toMatchObject({ label: 'chat', protocol: 'json' });
    await until(() => {
      producer.send('hello');
      expect(heard.length).toBeGreaterThan(0);
    });
    heard.length = 0;
    const sent = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    for (const message of sent) producer.send(message);
    await until(() => expect(heard.slice(-sent.length)).toEqual(sent));
  });

  it('closes its pipes when the last participant has left, and refuses what nobody announced', async () => {
    const { a, b } = await twoNodes();
    a.join('anna');
    await until(() => expect([a.pipes().length, b.pipes().length]).toEqual([1, 1]));
    await expect(b.relays.ensureLocal('nothing', AbortSignal.timeout(1_000))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    a.leave('anna');
    await until(() => expect([a.pipes().length, b.pipes().length]).toEqual([0, 0]));
  });
});
