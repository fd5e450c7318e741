/** Nodes that are lost, as signaling alone finds out: law 1, with the operator away where it says so. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enter, rtpCapabilities } from '../fakes/client.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startReplica, type Replica } from '../fakes/replica.js';

let operator: FakeOperator;
let replica: Replica;
let node: FakeNode;
let other: FakeNode;

beforeAll(async () => {
  operator = await startFakeOperator();
  replica = await startReplica({ operatorAddress: operator.address });
});
afterAll(async () => {
  await replica.close();
  await operator.stop();
});
beforeEach(async () => {
  node = await startFakeNode({ name: 'node-a', region: 'eu' });
  other = await startFakeNode({ name: 'node-b', region: 'us' });
});
afterEach(() => Promise.all([node.stop(), other.stop()]));

async function aMeeting(on: readonly FakeNode[]): Promise<string> {
  const meetingId = aMeetingId();
  const placements = on.map((each) => aPlacement(each, each === node ? 'eu' : 'us'));
  operator.set({ meetingId, settings: { title: 'Standup' }, placements });
  const url = `http://127.0.0.1:${String(replica.port)}/v1/meetings/${meetingId}`;
  await expect.poll(async () => (await fetch(url)).status).toBe(200);
  return meetingId;
}

async function counted(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const values = (await replica.registry.getSingleMetric(`parley_signaling_${name}`)?.get())?.values ?? [];
  const wanted = Object.entries(labels);
  return values.find((value) => wanted.every(([label, text]) => value.labels[label] === text))?.value ?? 0;
}

const rejoin = { type: 'rejoin', rtpCapabilities, subscribe: 'all' } as const;

describe('people are told, and are on another node of the meeting, while the operator is away', () => {
  test.each([
    ['killed', 4_000, () => node.stop()],
    ['hung', 6_000, () => node.hang()],
  ] as const)('%s', async (_how, withinMs, breakIt) => {
    const meetingId = await aMeeting([node, other]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    expect(ada.welcome.node).toBe('node-a');
    await operator.stop();
    const lostBefore = await counted('nodes_lost_total');
    const brokenAtMs = Date.now();
    await breakIt();
    expect(await ada.client.event('mediaReset')).toMatchObject({ reason: 'NodeLost' });
    expect(Date.now() - brokenAtMs).toBeLessThan(withinMs);
    const welcome = await ada.client.request(rejoin);
    expect(welcome).toMatchObject({ node: 'node-b', resumed: false });
    expect(await counted('nodes_lost_total')).toBe(lostBefore + 1);
    expect(await counted('media_resets_total', { reason: 'NodeLost' })).toBeGreaterThan(0);
    ada.client.cut();
    await operator.restart();
    await expect.poll(() => counted('operator_synced'), { timeout: 8_000 }).toBe(1);
  });
});

describe('with the operator', () => {
  test('a node that hangs is avoided, though the operator still counts on it', async () => {
    const meetingId = await aMeeting([node]);
    operator.offer(meetingId, [aPlacement(other, 'us')]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    node.hang();
    await ada.client.event('mediaReset');
    expect((await ada.client.request(rejoin)).node).toBe('node-b');
    expect(other.participants(meetingId)).toEqual([ada.welcome.participantId]);
    ada.client.cut();
  });

  test('a node that hung and goes on is left by those who went elsewhere meanwhile', async () => {
    const meetingId = await aMeeting([node, other]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    const ben = await enter(replica.port, meetingId, { name: 'Ben', region: 'eu' });
    node.hang();
    await Promise.all([ada.client.event('mediaReset'), ben.client.event('mediaReset')]);
    expect((await ada.client.request(rejoin)).node).toBe('node-b');
    expect(node.participants(meetingId)).toHaveLength(2);
    node.goOn();
    await expect.poll(() => node.participants(meetingId), { timeout: 5_000 }).toEqual([ben.welcome.participantId]);
    // Who leaves before there is a node again leaves the one that was lost, too.
    await ben.client.request({ type: 'leave' });
    await expect.poll(() => node.participants(meetingId)).toEqual([]);
    expect(other.participants(meetingId)).toEqual([ada.welcome.participantId]);
    ada.client.cut();
  });

  test('who comes next is not sent to the node that is known to be lost', async () => {
    const meetingId = await aMeeting([node, other]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    node.hang();
    await ada.client.event('mediaReset');
    const ben = await enter(replica.port, meetingId, { name: 'Ben', region: 'eu' });
    expect(ben.welcome.node).toBe('node-b');
    expect(node.calls.filter((call) => call === 'join')).toHaveLength(1);
    for (const { client } of [ada, ben]) client.cut();
  });

  test('one that came back empty takes people as soon as it has been told of the meeting again', async () => {
    const meetingId = await aMeeting([node, other]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    node.unplaced.add(meetingId);
    node.breakStreams(meetingId);
    await ada.client.event('mediaReset');
    expect((await ada.client.request(rejoin)).node).toBe('node-b');
    const resets = await counted('media_resets_total', { reason: 'NodeLost' });
    await other.stop();
    node.unplaced.delete(meetingId);
    await expect.poll(() => counted('media_resets_total', { reason: 'NodeLost' })).toBe(resets + 1);
    expect((await ada.client.request(rejoin)).node).toBe('node-a');
    ada.client.cut();
  });

  test('one that is lost and comes back, with no other: its people come back to it', async () => {
    const meetingId = await aMeeting([node]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    await node.stop();
    await ada.client.event('mediaReset');
    await expect(ada.client.request(rejoin)).rejects.toMatchObject({ code: 'NoCapacity' });
    await node.restart();
    await expect
      .poll(async () => (await ada.client.request(rejoin).catch(() => undefined))?.node, { timeout: 8_000 })
      .toBe('node-a');
    ada.client.cut();
  });
});

describe('a node that lives, and that the client cannot reach with media', () => {
  test('another is taken, and the participant leaves the first', async () => {
    const meetingId = await aMeeting([node, other]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    const welcome = await ada.client.request({ ...rejoin, unreachable: true });
    expect(welcome.node).toBe('node-b');
    await expect.poll(() => node.participants(meetingId)).toEqual([]);
    ada.client.cut();
  });

  test('there is no other: it gets new transports on the same', async () => {
    const meetingId = await aMeeting([node]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    const welcome = await ada.client.request({ ...rejoin, unreachable: true });
    expect(welcome.node).toBe('node-a');
    expect(welcome.transports.send.id).not.toBe(ada.welcome.transports.send.id);
    ada.client.cut();
  });

  test('the others have not heard of the meeting yet, and refuse: it gets new transports on the same', async () => {
    const more = await Promise.all(['node-c', 'node-d'].map((name) => startFakeNode({ name, region: 'us' })));
    const meetingId = await aMeeting([node, other, ...more]);
    const ada = await enter(replica.port, meetingId, { name: 'Ada', region: 'eu' });
    for (const each of [other, ...more]) each.unplaced.add(meetingId);
    const welcome = await ada.client.request({ ...rejoin, unreachable: true });
    expect(welcome.node).toBe('node-a');
    ada.client.cut();
    await Promise.all(more.map((each) => each.stop()));
  });
});
