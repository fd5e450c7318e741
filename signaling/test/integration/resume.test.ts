import { EndReason, MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { ClientMessageInputOf } from '@parley/signaling/protocol/client-messages.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, resume, rtpCapabilities, until } from '../fakes/client.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startReplica, type Replica } from '../fakes/replica.js';
import { writeTokenKeys } from '../fakes/token-keys.js';

let operator: FakeOperator;
let node: FakeNode;
let other: FakeNode;
let one: Replica;
let two: Replica;
let tokenKeysDir: string;

beforeAll(async () => {
  operator = await startFakeOperator();
  node = await startFakeNode({ name: 'node-a', region: 'eu' });
  other = await startFakeNode({ name: 'node-b', region: 'eu' });
  tokenKeysDir = await writeTokenKeys();
  one = await startReplica({ operatorAddress: operator.address, tokenKeysDir });
  two = await startReplica({ operatorAddress: operator.address, tokenKeysDir });
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await Promise.all([node.stop(), other.stop(), operator.stop()]);
});

async function aMeeting(on: FakeNode = node): Promise<string> {
  const meetingId = aMeetingId();
  operator.set({ meetingId, settings: { title: 'Standup' }, placements: [aPlacement(on, 'eu')] });
  await expect
    .poll(async () =>
      Promise.all(
        [one, two].map(
          async ({ port }) => (await fetch(`http://127.0.0.1:${String(port)}/v1/meetings/${meetingId}`)).status,
        ),
      ),
    )
    .toEqual([200, 200]);
  return meetingId;
}

const camera: Omit<ClientMessageInputOf<'produce'>, 'id'> = {
  type: 'produce',
  kind: 'video',
  source: 'camera',
  rtpParameters: { codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }] },
};

describe('resuming', () => {
  test('on another replica: transports, producers and consumers are the same, and nobody else notices', async () => {
    const meetingId = await aMeeting();
    const bob = await enter(one.port, meetingId, { name: 'Bob' });
    const { producerId } = await bob.client.request(camera);
    const ada = await enter(one.port, meetingId, { name: 'Ada' });
    const own = (await ada.client.request(camera)).producerId;
    ada.client.cut();
    const calls = node.calls.length;

    const back = await resume(two.port, ada.welcome.resumeToken);
    expect(back.welcome).toMatchObject({
      resumed: true,
      participantId: ada.welcome.participantId,
      transports: ada.welcome.transports,
      ownProducerIds: [own],
    });
    expect(back.welcome.consumers).toMatchObject([{ producerId, consumer: { producerId } }]);
    expect(node.calls.slice(calls).filter((call) => !/^(watchRoom|join|updateParticipant)$/.test(call))).toEqual([]);
    await back.client.request({ type: 'updateProducers', items: [{ producerId: own, paused: true }] });
    await bob.client.event('producerUpdated', ({ producer }) => producer.id === own && producer.paused);
    expect(bob.client.events.filter(({ type }) => type === 'participantLeft')).toEqual([]);
    // The first replica has let go: it must not take the participant out when its grace is over.
    await until('the first replica let go', () => one.lines.join('').includes('"end":"Replaced"'));
    bob.client.cut();
    back.client.cut();
  });

  test('on the same replica, while the old socket still looks alive: the old one is closed', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    const back = await resume(one.port, ada.welcome.resumeToken);
    expect(back.welcome).toMatchObject({ resumed: true, transports: ada.welcome.transports });
    expect(await ada.client.closed).toEqual({ code: 4433, reason: 'Replaced' });
    await back.client.request({ type: 'ping' });
    back.client.cut();
  });

  test('on another replica, while the old socket still looks alive: the old one is closed', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    const back = await resume(two.port, ada.welcome.resumeToken);
    expect(await ada.client.closed).toEqual({ code: 4433, reason: 'Replaced' });
    // Back and forth: the seat always belongs to the last.
    const again = await resume(one.port, back.welcome.resumeToken);
    expect(await back.client.closed).toEqual({ code: 4433, reason: 'Replaced' });
    await again.client.request({ type: 'ping' });
    expect(node.participants(meetingId)).toEqual([ada.welcome.participantId]);
    again.client.cut();
  });

  test('after the replica was shut down: clients are told to go, and resume elsewhere', async () => {
    const meetingId = await aMeeting();
    const third = await startReplica({ operatorAddress: operator.address, tokenKeysDir });
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${String(third.port)}/v1/meetings/${meetingId}`)).status)
      .toBe(200);
    const ada = await enter(third.port, meetingId);
    const closing = third.close();
    await ada.client.event('goingAway');
    expect(third.notReadyBecause()).toBe('shutting down');
    const back = await resume(one.port, ada.welcome.resumeToken);
    expect(back.welcome).toMatchObject({ resumed: true, transports: ada.welcome.transports });
    await closing;
    expect(node.participants(meetingId)).toEqual([ada.welcome.participantId]);
    back.client.cut();
  });

  test('after the meeting forgot the participant: it enters anew, with new transports', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    const { resumeToken } = ada.welcome;
    await ada.client.request({ type: 'leave' });
    const back = await resume(two.port, resumeToken);
    expect(back.welcome.resumed).toBe(false);
    expect(back.welcome.participantId).toBe(ada.welcome.participantId);
    expect(back.welcome.transports.send.id).not.toBe(ada.welcome.transports.send.id);
    back.client.cut();
  });
});

describe('media that is gone', () => {
  test('a rebuilt room: the client is told, rejoins on its socket, and the others see it all along', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    const bob = await enter(two.port, meetingId, { name: 'Bob' });
    node.rebuild(meetingId);
    expect(await ada.client.event('mediaReset')).toMatchObject({ reason: 'RoomRebuilt' });
    await expect(ada.client.request(camera)).rejects.toMatchObject({ code: 'MediaResetPending' });
    const welcome = await ada.client.request({ type: 'rejoin', rtpCapabilities, subscribe: 'all' });
    expect(welcome).toMatchObject({ resumed: false, participantId: ada.welcome.participantId });
    expect(welcome.transports.send.id).not.toBe(ada.welcome.transports.send.id);
    await bob.client.event('mediaReset');
    const again = await bob.client.request({ type: 'rejoin', rtpCapabilities, subscribe: 'all' });
    expect(again.participants).toHaveLength(2);
    await ada.client.request(camera);
    await bob.client.event('producerAdded');
    expect(bob.client.events.filter(({ type }) => type === 'participantLeft')).toEqual([]);
    ada.client.cut();
    bob.client.cut();
  });

  test('a lost node: clients are told within 2 s, and rejoin where the operator says', async () => {
    const doomed = await startFakeNode({ name: 'node-doomed', region: 'eu' });
    const meetingId = await aMeeting(doomed);
    const ada = await enter(one.port, meetingId);
    operator.offer(meetingId, [aPlacement(other, 'eu')]);
    const stoppedAtMs = Date.now();
    await doomed.stop();
    expect(await ada.client.event('mediaReset')).toMatchObject({ reason: 'NodeLost' });
    expect(Date.now() - stoppedAtMs).toBeLessThan(2_000);
    const welcome = await ada.client.request({ type: 'rejoin', rtpCapabilities, subscribe: 'all' });
    expect(welcome).toMatchObject({ node: 'node-b', resumed: false });
    expect(other.participants(meetingId)).toEqual([ada.welcome.participantId]);
    ada.client.cut();
  });

  test('a meeting that leaves the node: clients are told, and follow it', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    operator.set({ meetingId, settings: { title: 'Standup' }, placements: [aPlacement(other, 'eu')] });
    expect(await ada.client.event('mediaReset')).toMatchObject({ reason: 'Moved' });
    const welcome = await ada.client.request({ type: 'rejoin', rtpCapabilities, subscribe: 'all' });
    expect(welcome.node).toBe('node-b');
    ada.client.cut();
  });

  test('a broken stream of events heals: what was missed is told, and media is not touched', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    const bob = await enter(two.port, meetingId, { name: 'Bob' });
    node.breakStreams(meetingId);
    await bob.client.request({ type: 'leave' });
    await ada.client.event('participantLeft', ({ participantId }) => participantId === bob.welcome.participantId);
    await until('watched again', () => node.watchers(meetingId) === 2);
    expect(ada.client.events.filter(({ type }) => type === 'mediaReset')).toEqual([]);
    ada.client.cut();
  });
});

describe('a meeting that ends', () => {
  test.each([
    ['EndedByHost', EndReason.ENDED_BY_HOST],
    ['Deleted', EndReason.DELETED],
    ['Expired', EndReason.EXPIRED],
  ] as const)('%s: everybody is told why, and sockets are closed', async (reason, endReason) => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    const bob = await enter(two.port, meetingId);
    operator.set({ meetingId, settings: {}, state: MeetingState.ENDED, endReason });
    for (const { client } of [ada, bob]) {
      expect(await client.event('ended')).toEqual({ type: 'ended', reason });
      expect(await client.closed).toEqual({ code: 4410, reason: 'MeetingEnded' });
    }
  });

  test('by its node, when nobody else can tell', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one.port, meetingId);
    node.emit(meetingId, { case: 'closed', value: { reason: 'EndedByHost' } });
    expect(await ada.client.event('ended')).toEqual({ type: 'ended', reason: 'EndedByHost' });
  });
});
