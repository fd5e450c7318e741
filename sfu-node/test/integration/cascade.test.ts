/** One meeting on two whole nodes, by the calls that signaling and the operator make. */
import { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RelayKind } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { startSpeech, type Speech } from './support/speech.js';
import { startTestMeeting, type TestMeeting } from './support/test-meeting.js';
import { soon, startTestNode, type TestNode } from './support/test-node.js';
import { aCascade } from './support/topologies.js';
import { until } from './support/until.js';

let near: TestNode;
let far: TestNode;
let here: TestMeeting;
let there: TestMeeting;
let meetings = 0;
const speeches: Speech[] = [];

beforeAll(async () => {
  near = await startTestNode({ name: 'node-a', relayPorts: [45_000, 45_099] });
  far = await startTestNode({ name: 'node-b', relayPorts: [45_100, 45_199] });
});
beforeEach(async () => {
  meetings += 1;
  const topology = aCascade([near, far], { meetingId: `cascade-${meetings}` });
  here = await startTestMeeting(near, topology);
  there = await startTestMeeting(far, topology);
});
afterEach(() => {
  for (const speech of speeches.splice(0)) speech.stop();
  here.close();
  there.close();
});
afterAll(() => Promise.all([near.close(), far.close()]));

/** A microphone of a participant of the near node, with real packets. */
async function startMicrophone(participantId: string): Promise<Speech> {
  const room = near.node.rooms.require(here.meetingId);
  const media = await room.media();
  const speech = await startSpeech(media.router);
  speeches.push(speech);
  await media.meter.add(speech.producer, participantId);
  room.roster.upsertProducer({
    id: speech.producer.id,
    participantId,
    kind: MediaKind.AUDIO,
    source: 'microphone',
    mimeType: 'audio/opus',
  });
  return speech;
}

const pipes = (node: TestNode): types.PipeTransport[] =>
  node.node.pool.live.flatMap(({ transports }) =>
    [...transports].filter((transport): transport is types.PipeTransport => transport.type === 'pipe'),
  );

async function relayedBytes(): Promise<number> {
  const stats = await Promise.all(pipes(far).map((pipe) => pipe.getStats()));
  return stats.flat().reduce((sum, { rtpBytesReceived }) => sum + rtpBytesReceived, 0);
}

async function isFlowing(): Promise<boolean> {
  const before = await relayedBytes();
  await new Promise((resolve) => setTimeout(resolve, 300));
  return (await relayedBytes()) > before;
}

it('people, names and mutes of one node reach the watchers of the other', async () => {
  const room = there.watch();
  await here.join('ann');
  await room.wait('participantJoined', ({ id, node }) => id === 'ann' && node === 'node-a');
  await here.produceCamera('ann', 'camera');
  await room.wait('producerAdded', ({ id, layered }) => id === 'camera' && layered);
  const inMeeting = { meetingId: here.meetingId, participantId: 'ann' };
  await near.media.updateParticipant({ ...inMeeting, name: 'Anna' }, soon);
  await room.wait('participantUpdated', ({ name }) => name === 'Anna');
  await near.media.updateProducers(
    { ...inMeeting, updates: [{ producerId: 'camera', change: { case: 'paused', value: true } }] },
    soon,
  );
  await room.wait('producerUpdated', ({ id, paused }) => id === 'camera' && paused);
  await here.leave('ann');
  await room.wait('producerRemoved', ({ producerId }) => producerId === 'camera');
  await room.wait('participantLeft', ({ participantId }) => participantId === 'ann');
});

it('who speaks on one node is the active speaker on both', async () => {
  const rooms = [here.watch(), there.watch()];
  await here.join('ann');
  await there.join('bob');
  const speech = await startMicrophone('ann');
  speech.say(-20);
  const told = await Promise.all(
    rooms.map((room) => room.wait('activeSpeaker', ({ participantId }) => participantId === 'ann')),
  );
  for (const { levels } of told) expect(levels[0]?.participantId).toBe('ann');
});

it('nothing crosses before somebody consumes, and nothing after the last consumer paused or left', async () => {
  const room = there.watch();
  await here.join('ann');
  await there.join('bob');
  const speech = await startMicrophone('ann');
  speech.say(-20);
  const producerId = speech.producer.id;
  await room.wait('producerAdded', ({ id }) => id === producerId);
  expect(await isFlowing()).toBe(false);

  const { results } = await there.consume('bob', producerId);
  expect(results[0]?.outcome).toMatchObject({
    case: 'consumer',
    value: { kind: MediaKind.AUDIO, source: 'microphone' },
  });
  const update = (change: object): Promise<unknown> =>
    far.media.updateConsumers(
      {
        meetingId: there.meetingId,
        participantId: 'bob',
        updates: [{ consumerId: `bob-${producerId}`, ...change }],
      },
      soon,
    );
  await update({ paused: false });
  await until('it flows', isFlowing);
  await update({ paused: true });
  await until('it stops while paused', async () => !(await isFlowing()));
  await update({ paused: false });
  await until('it flows again', isFlowing);
  await there.leave('bob');
  await until('it stops', async () => !(await isFlowing()));
});

it("after the death of one node's worker its people come back, and are seen and heard beyond the relay again", async () => {
  const room = there.watch();
  await here.join('ann');
  await there.join('bob');
  await here.produceCamera('ann', 'first');
  await room.wait('producerAdded', ({ id }) => id === 'first');
  await there.consume('bob', 'first');

  process.kill(near.node.pool.live[0]!.worker.pid, 'SIGKILL');
  await room.wait('consumer', ({ consumerId, event }) => consumerId === 'bob-first' && event.case === 'closed');
  await room.wait('producerRemoved', ({ producerId }) => producerId === 'first');
  await until('ann is back', () =>
    here.join('ann', { fresh: true }).then(
      () => true,
      () => false,
    ),
  );
  const speech = await startMicrophone('ann');
  speech.say(-20);
  await room.wait('producerAdded', ({ id }) => id === speech.producer.id);
  const consumed = async (): Promise<boolean> =>
    (await there.consume('bob', speech.producer.id)).results[0]?.outcome.case === 'consumer';
  await until('it can be consumed', consumed);
  await far.media.updateConsumers(
    {
      meetingId: there.meetingId,
      participantId: 'bob',
      updates: [{ consumerId: `bob-${speech.producer.id}`, paused: false }],
    },
    soon,
  );
  await until('it flows', isFlowing);
  // The node whose worker lived kept its own people's transports.
  expect(room.events.some(({ event }) => event.case === 'mediaReset')).toBe(false);
});

it('a node that lost its placement passes on what others get through it, until they get it another way (law 3)', async () => {
  const hub = await startTestNode({ name: 'node-hub', relayPorts: [45_200, 45_299] });
  onTestFinished(() => hub.close());
  const meetingId = `through-${meetings}`;
  const leaf = (dialer: string) => ({ dialer, listener: hub.name, kind: RelayKind.LEAF });
  const through = aCascade([near, far, hub], { meetingId, relays: [leaf(near.name), leaf(far.name)] });
  here = await startTestMeeting(near, through);
  there = await startTestMeeting(far, through);
  const between = await startTestMeeting(hub, through);
  const room = there.watch();
  await here.join('ann');
  await there.join('bob');
  const speech = await startMicrophone('ann');
  speech.say(-20);
  const producerId = speech.producer.id;
  await room.wait('producerAdded', ({ id }) => id === producerId);
  const consume = async (consumerId: string): Promise<void> => {
    const items = [{ producerId, consumerId, unpaused: true }];
    await far.media.consume({ meetingId, participantId: 'bob', items }, soon);
  };
  await consume('by-the-hub');
  await until('it flows', isFlowing);
  expect(hub.node.passesMedia).toBe(true);

  const direct = aCascade([near, far], { meetingId, epoch: 2 });
  await between.apply(direct);
  expect(hub.node.rooms.rooms.has(meetingId)).toBe(false);
  expect(await isFlowing()).toBe(true);
  await Promise.all([here.apply(direct), there.apply(direct)]);
  await room.wait(
    'consumer',
    ({ consumerId, event }) => consumerId === 'by-the-hub' && event.case === 'superseded' && event.value,
  );
  await consume('direct');
  await until('nothing goes through it any more', () => !hub.node.passesMedia);
  await until('nothing of the meeting is left there', () => hub.node.pool.live[0]?.rooms === 0);
  await until('it flows the other way', isFlowing);
  expect(room.events.some(({ event }) => event.case === 'participantLeft')).toBe(false);
}, 30_000);
