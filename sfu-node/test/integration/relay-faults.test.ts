/** What breaks around a relay, and what must not notice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startCutProxy, type CutProxy } from './support/cut-proxy.js';
import {
  consume,
  pipeStats,
  routed,
  startMeeting,
  until,
  type MeetingOptions,
  type RelayMeeting,
} from './support/relay-meeting.js';
import { relayTopology, startRelayNode, type RelayNode } from './support/relay-node.js';

let meeting: RelayMeeting | undefined;
afterEach(async () => {
  await meeting?.close();
  meeting = undefined;
});

interface Cuttable {
  readonly a: RelayNode;
  readonly b: RelayNode;
  readonly proxy: CutProxy;
  readonly meeting: RelayMeeting;
}

/** Control goes through a proxy, media doesn't. */
async function throughProxy(options: MeetingOptions = {}): Promise<Cuttable> {
  meeting = await startMeeting(['node-a', 'node-b'], options);
  const [a, b] = meeting.nodes as [RelayNode, RelayNode];
  const proxy = await startCutProxy(b.address);
  meeting.onClose(() => proxy.close());
  meeting.apply({ epoch: 2, addresses: { 'node-b': proxy.address } });
  await until(() => expect(proxy.accepted()).toBeGreaterThan(0));
  return { a, b, proxy, meeting };
}

const up = (node: RelayNode): Promise<number> => node.metric('parley_relays', { stream: 'up' });

describe('a broken control stream', () => {
  it('heals without touching media that flows', async () => {
    const { a, b, proxy, meeting } = await throughProxy();
    const source = await meeting.produce(a, 'mic');
    const sink = await consume(b, 'mic');
    await until(() => expect(sink.packets.length).toBeGreaterThan(20));
    const pipes = [a.pipes()[0]?.id, b.pipes()[0]?.id];

    const [sent, received] = [source.sent(), sink.packets.length];
    proxy.cut(true);
    await until(async () => expect([await up(a), await up(b)]).toEqual([0, 0]));
    a.join('late');
    await meeting.produce(a, 'second');
    await sleep(1_000);
    expect(b.roster.producer('second')).toBeUndefined();
    expect(sink.packets.length - received).toBeGreaterThan(source.sent() - sent - 10);

    proxy.allow();
    await until(() => expect(b.roster.producer('second')).toBeDefined());
    const second = await consume(b, 'second');
    await until(() => expect(second.packets.length).toBeGreaterThan(10));
    expect(b.roster.hasParticipant('late', 'node-a')).toBe(true);
    expect(source.sent() - sent).toBeGreaterThan(50);
    expect(sink.packets.length - received).toBeGreaterThan(source.sent() - sent - 10);
    expect(sink.lost()).toBe(0);
    expect(sink.consumer.closed).toBe(false);
    expect([a.pipes()[0]?.id, b.pipes()[0]?.id]).toEqual(pipes);
  });

  it('is noticed when it only fell silent, and heals on another connection', async () => {
    const { a, b, proxy, meeting } = await throughProxy();
    await meeting.produce(a, 'mic');
    const sink = await consume(b, 'mic');
    proxy.freeze();
    a.join('late');
    await until(() => expect(b.roster.hasParticipant('late', 'node-a')).toBe(true));
    expect(proxy.accepted()).toBe(2);
    expect(await a.metric('parley_relay_streams_ended_total', { reason: 'Silent' })).toBe(1);
    expect(sink.consumer.closed).toBe(false);
  });

  it('takes out in the end what went while it was broken', async () => {
    const { a, b, proxy, meeting } = await throughProxy();
    await meeting.produce(a, 'mic');
    const sink = await consume(b, 'mic');
    proxy.cut(true);
    await until(async () => expect(await up(a)).toBe(0));
    a.leave('node-a-person');
    proxy.allow();
    await until(() => expect(b.roster.participants()).toEqual([]));
    await until(() => expect(sink.consumer.closed).toBe(true));
    await until(() => expect([a.pipes().length, b.pipes().length]).toEqual([0, 0]));
  });

  it('keeps a peer as long as its media comes, and gives it up when that ends too', async () => {
    const { a, b, proxy, meeting } = await throughProxy({ timing: { abandonMs: 300, pipeSilenceMs: 1_000 } });
    const sources = [await meeting.produce(a, 'mic'), await meeting.produce(b, 'mic-b')];
    const sink = await consume(b, 'mic');
    await consume(a, 'mic-b');
    await until(() => expect(sink.packets.length).toBeGreaterThan(10));
    proxy.cut(true);
    await sleep(3_000);
    expect([b.roster.producer('mic'), a.roster.producer('mic-b')]).not.toContain(undefined);
    for (const source of sources) source.stop();
    const others = (node: RelayNode): number => node.roster.participants().filter((p) => p.node !== node.name).length;
    await until(() => expect([others(a), others(b)]).toEqual([0, 0]), 20_000);
    expect(await b.metric('parley_relay_peers_abandoned_total')).toBe(1);
    proxy.allow();
    await until(() => expect([others(a), others(b)]).toEqual([1, 1]));
  });
});

describe('a room that lost its media', () => {
  it('gets everything piped to it again that it wants', async () => {
    const { a, b, meeting } = await throughProxy();
    await meeting.produce(a, 'mic');
    const sink = await consume(b, 'mic');
    await until(() => expect(sink.packets.length).toBeGreaterThan(10));
    b.loseMedia();
    const again = await until(() => consume(b, 'mic'));
    await until(() => expect(again.packets.length).toBeGreaterThan(10));
    expect([a.pipes().length, b.pipes().length]).toEqual([1, 1]);
    expect(await routed(b)).toEqual(['mic']);
  });
});

describe('a node that comes back as another process', () => {
  it('is relayed to again, at its new address', async () => {
    meeting = await startMeeting(['node-a', 'node-b']);
    const [a, b] = meeting.nodes as [RelayNode, RelayNode];
    await meeting.produce(a, 'mic');
    const sink = await consume(b, 'mic');
    await until(() => expect(sink.packets.length).toBeGreaterThan(10));
    b.join('old');
    await until(() => expect(a.roster.hasParticipant('old', 'node-b')).toBe(true));
    await b.close();
    const again = await startRelayNode('node-b');
    meeting.onClose(() => again.close());
    const topology = relayTopology([a, again], { epoch: 2 });
    for (const node of [a, again]) node.relays.applyTopology(topology);
    const sinkAgain = await consume(again, 'mic');
    await until(() => expect(sinkAgain.packets.length).toBeGreaterThan(10));
    expect(a.roster.hasParticipant('old', 'node-b')).toBe(false);
    expect([a.pipes().length, again.pipes().length]).toEqual([1, 1]);
  });
});

describe('topologies', () => {
  it('of an older epoch are refused at the door, until their node has the newer one', async () => {
    meeting = await startMeeting(['node-a', 'node-b'], { unplaced: true });
    const [dialer, listener] = meeting.nodes as [RelayNode, RelayNode];
    dialer.join('anna');
    meeting.apply({ epoch: 7 }, [listener]);
    meeting.apply({ epoch: 6 }, [dialer]);
    const refused = (node: RelayNode): Promise<number> =>
      node.metric('parley_relay_hellos_refused_total', { reason: 'StaleEpoch' });
    await until(async () => expect(await refused(listener)).toBeGreaterThan(1));
    expect([await up(dialer), await up(listener), listener.roster.participants().length]).toEqual([0, 0, 0]);
    meeting.apply({ epoch: 7 }, [dialer]);
    await until(async () => expect([await up(dialer), await up(listener)]).toEqual([1, 1]));
    await until(() => expect(listener.roster.participants()).toHaveLength(1));
  });

  it('that drop a relay close it on both sides, and its participants go', async () => {
    // No other way will ever lead to them: they are kept for as long as that is waited for.
    meeting = await startMeeting(['node-a', 'node-b', 'node-c'], { timing: { earlierAtMostMs: 800 } });
    const [a, b, c] = meeting.nodes as [RelayNode, RelayNode, RelayNode];
    for (const node of [a, b, c]) node.join(`${node.name}-person`);
    for (const node of [a, b, c]) await until(() => expect(node.roster.participants()).toHaveLength(3));
    await until(() => expect([a, b, c].map((node) => node.pipes().length)).toEqual([2, 2, 2]));
    const alone = { epoch: 2, leaves: { 'node-c': 'node-c' } };
    meeting.apply(alone);
    await until(() => expect([a, b, c].map((node) => node.pipes().length)).toEqual([1, 1, 0]));
    expect(c.roster.participants().map(({ id }) => id)).toEqual(['node-c-person']);
    expect(a.roster.participants()).toHaveLength(2);
  });
});

describe('more than two nodes', () => {
  it('in a mesh get one copy each', async () => {
    meeting = await startMeeting(['node-a', 'node-b', 'node-c']);
    const [a, b, c] = meeting.nodes as [RelayNode, RelayNode, RelayNode];
    b.join('b-person');
    c.join('c-person');
    await meeting.produce(a, 'mic');
    const sinks = await Promise.all([consume(b, 'mic'), consume(c, 'mic')]);
    for (const sink of sinks) await until(() => expect(sink.packets.length).toBeGreaterThan(20));
    for (const { packets } of sinks) {
      const sequences = packets.map(({ sequence }) => sequence);
      expect(new Set(sequences).size).toBe(sequences.length);
    }
    const between = b
      .pipes()
      .filter((pipe) => c.pipes().some(({ tuple }) => tuple.localPort === pipe.tuple.remotePort));
    expect(between).toHaveLength(1);
    expect((await pipeStats(between[0])).rtpBytesSent).toBe(0);
  });

  it('in a tree pass it on from leaf to leaf, and stop along the whole way', async () => {
    meeting = await startMeeting(['hub-a', 'hub-b', 'leaf-a', 'leaf-b'], {
      leaves: { 'leaf-a': 'hub-a', 'leaf-b': 'hub-b' },
    });
    const [hubA, hubB, leafA, leafB] = meeting.nodes as [RelayNode, RelayNode, RelayNode, RelayNode];
    const source = await meeting.produce(leafA, 'camera', 'vp8');
    await until(() => expect(leafB.roster.producer('camera')?.origin).toBe('hub-b'));
    expect([await routed(hubA), await routed(hubB)]).toEqual([[], []]);
    const sink = await consume(leafB, 'camera');
    await until(() => expect(sink.lastWidth()).toBe(640), 10_000);
    const before = source.keyFrameRequests();
    await sink.consumer.requestKeyFrame();
    await until(() => expect(source.keyFrameRequests()).toBeGreaterThan(before));

    const levels: unknown[] = [];
    leafB.relays.onLevels((heard) => levels.push(...heard));
    leafA.relays.publishLevels([{ participantId: 'leaf-a-person', dbov: -20 }]);
    await until(() => expect(levels).toHaveLength(1));

    sink.close();
    leafB.relays.setDemand('camera', 'None');
    for (const node of [leafB, hubB, hubA]) await until(async () => expect(await routed(node)).toEqual([]));
  });
});
