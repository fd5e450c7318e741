/** A recorder's tap on whole nodes, with real workers: it gets everything, and nobody sees it. */
import { queryObjects } from 'node:v8';
import { create } from '@bufbuild/protobuf';
import { createLogger } from '@parley/process/log.js';
import { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import { TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { Attendance } from '@parley/recorder/tap/attendance.js';
import { startTap, type Tap, type TapOptions } from '@parley/recorder/tap/tap.js';
import { TrackFeed } from '@parley/recorder/tap/track-feed.js';
import { createMediaWorker } from '@parley/relay/media/create-media-worker.js';
import type { types } from 'mediasoup';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sendVp8, type RtpSource } from '../../../sfu-node/test/integration/support/rtp-source.js';
import { startSpeech, type Speech } from '../../../sfu-node/test/integration/support/speech.js';
import { startTestMeeting, type TestMeeting } from '../../../sfu-node/test/integration/support/test-meeting.js';
import { soon, startTestNode, type TestNode } from '../../../sfu-node/test/integration/support/test-node.js';
import { aCascade, type TopologyInit } from '../../../sfu-node/test/integration/support/topologies.js';
import { until } from '../../../sfu-node/test/integration/support/until.js';
import { listen, type Heard } from '../support/heard.js';

let near: TestNode;
let far: TestNode;
let here: TestMeeting;
let there: TestMeeting;
let topology: TopologyInit;
let worker: types.Worker | undefined;
let meetings = 0;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  near = await startTestNode({ name: 'node-a', relayPorts: [46_000, 46_199] });
  far = await startTestNode({ name: 'node-b', relayPorts: [46_200, 46_399] });
  meetings += 1;
  topology = aCascade([near, far], { meetingId: `tapped-${meetings}` });
  here = await startTestMeeting(near, topology);
  there = await startTestMeeting(far, topology);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  here.close();
  there.close();
  await Promise.all([near.close(), far.close()]);
});

const room = (node: TestNode) => node.node.rooms.require(here.meetingId);

async function speak(node: TestNode, participantId: string): Promise<Speech> {
  const media = await room(node).media();
  const speech = await startSpeech(media.router);
  closing.push(() => speech.stop());
  await media.meter.add(speech.producer, participantId);
  const { id } = speech.producer;
  const source = { kind: MediaKind.AUDIO, source: 'microphone', mimeType: 'audio/opus' };
  room(node).roster.upsertProducer({ id, participantId, ...source });
  speech.say(-20);
  return speech;
}

async function show(node: TestNode, participantId: string, id: string): Promise<RtpSource> {
  const source = await sendVp8((await room(node).media()).router, id);
  closing.push(() => source.stop());
  const camera = { kind: MediaKind.VIDEO, source: 'camera', mimeType: 'video/VP8', layered: true };
  room(node).roster.upsertProducer({ id, participantId, ...camera });
  return source;
}

interface Recorder {
  readonly tap: Tap;
  readonly heard: Heard;
}

async function startRecorder(options: Partial<TapOptions> = {}): Promise<Recorder> {
  const heard = listen();
  const tap = await startTap({
    meetingId: here.meetingId,
    recorder: 'recorder-1',
    podIp: '127.0.0.1',
    relayPorts: { first: 46_400, last: 46_499 },
    credentials: insecureCredentials(),
    listener: heard,
    layers: 'AsShown',
    registry: new Registry(),
    log: createLogger({ process: 'recorder', level: 'silent' }),
    timing: { retryMinMs: 20, retryMaxMs: 200, overlapMs: 500, earlierMs: 300, reviewMs: 50, unreachableMs: 500 },
    createWorker: async () => (worker = await createMediaWorker()),
    ...options,
  });
  closing.push(() => tap.close());
  return { tap, heard };
}

/** Tells the nodes and the recorder. */
async function tellAll(change: TopologyInit, tap?: Tap, nodes = [here, there]): Promise<void> {
  Object.assign(topology, change);
  await Promise.all(nodes.map((meeting) => meeting.apply(topology)));
  tap?.applyTopology(create(TopologySchema, topology));
}

const tapOn = (node: TestNode, recorder = 'recorder-1') => [{ recorder, node: node.name }];
const count = (heard: Heard, id: string): number => heard.tracks.get(id)?.timestamps.length ?? 0;
const flows = async (heard: Heard, ...ids: string[]): Promise<void> => {
  const before = ids.map((id) => count(heard, id));
  await until(`${ids.join(' and ')} flow`, () => ids.every((id, at) => count(heard, id) > (before[at] ?? 0) + 20));
};
/** Steps between one packet of a microphone and the next, each of 20 ms; all are 1 where nothing is missing and nothing comes twice. */
const steps = (heard: Heard, id: string): number[] => {
  const timestamps = heard.tracks.get(id)?.timestamps ?? [];
  return timestamps.slice(1).map((timestamp, at) => (timestamp - (timestamps[at] ?? 0)) / 960);
};

it('gets everybody and all that they send by its one node, and is nobody there', async () => {
  const { tap, heard } = await startRecorder();
  const watchers = [here.watch(), there.watch()];
  await here.join('ann');
  await there.join('bob');
  const [ann, bob] = [await speak(near, 'ann'), await speak(far, 'bob')];
  await show(far, 'bob', 'camera');
  await tellAll({ epoch: 2, taps: tapOn(near) }, tap);
  await until('it is connected', () => heard.connected);
  await until('everybody is there', () => heard.people.size === 2);
  await flows(heard, ann.producer.id, bob.producer.id, 'camera');
  expect(heard.tracks.get('camera')?.track).toEqual({
    id: 'camera',
    participantId: 'bob',
    kind: 'video',
    source: 'camera',
    codec: 'vp8',
    muted: false,
  });
  expect(heard.tracks.get(ann.producer.id)?.streams).toMatchObject([
    { number: 1, clockRate: 48_000, channels: 2, keepsTimestamps: false },
  ]);
  await until('its best picture comes', () => heard.tracks.get('camera')?.width === 640);
  await until('it knows who speaks', () => heard.speakers.length > 0);

  const inMeeting = { meetingId: here.meetingId, participantId: 'ann' };
  await near.media.updateParticipant({ ...inMeeting, name: 'Anna' }, soon);
  await until('it knows the new name', () => heard.people.get('ann')?.name === 'Anna');
  const mute = (paused: boolean): void =>
    room(far).roster.upsertProducer({
      ...{ id: bob.producer.id, participantId: 'bob', paused },
      ...{ kind: MediaKind.AUDIO, source: 'microphone', mimeType: 'audio/opus' },
    });
  mute(true);
  await until('it knows of the mute', () => heard.tracks.get(bob.producer.id)?.muted === true);
  mute(false);
  await until('and of its end', () => heard.tracks.get(bob.producer.id)?.muted === false);
  await there.leave('bob');
  await until('bob has left', () => !heard.people.has('bob'));
  expect(heard.faults).toEqual([]);

  expect(near.node.participants + far.node.participants).toBe(1);
  expect(
    room(near)
      .roster.participants()
      .map(({ id }) => id),
  ).toEqual(['ann']);
  const joined = watchers.flatMap(({ events }) =>
    events.flatMap(({ event }) => (event.case === 'participantJoined' ? [event.value.id] : [])),
  );
  expect(new Set(joined)).toEqual(new Set(['ann', 'bob']));
  expect(room(near).relays.unreachable).toEqual([]);
});

it('takes smaller pictures of many, and the best of each where each is wanted by itself', async () => {
  const shown = await startRecorder();
  const best = await startRecorder({
    recorder: 'recorder-2',
    layers: 'Best',
    relayPorts: { first: 46_500, last: 46_599 },
  });
  await here.join('ann');
  const cameras = ['c1', 'c2', 'c3', 'c4', 'c5'];
  for (const id of cameras) await show(near, 'ann', id);
  await tellAll({ epoch: 2, taps: [...tapOn(near), ...tapOn(near, 'recorder-2')] }, shown.tap);
  best.tap.applyTopology(create(TopologySchema, topology));
  const width = (heard: Heard): (number | undefined)[] => cameras.map((id) => heard.tracks.get(id)?.width);
  const is = (heard: Heard, wanted: number) => () => width(heard).every((value) => value === wanted);
  await until('smaller pictures come', is(shown.heard, 320), 20_000);
  await until('the best come', is(best.heard, 640), 20_000);
});

it('goes to another node without missing anything of a microphone, and nothing twice', async () => {
  const { tap, heard } = await startRecorder();
  await here.join('ann');
  await there.join('bob');
  const ids = [(await speak(near, 'ann')).producer.id, (await speak(far, 'bob')).producer.id];
  await show(far, 'bob', 'camera');
  await tellAll({ epoch: 2, taps: tapOn(far) }, tap);
  await flows(heard, ...ids, 'camera');
  await tellAll({ epoch: 3, taps: tapOn(near) }, tap);
  const streams = (id: string): number => heard.tracks.get(id)?.streams.length ?? 0;
  await until('all come by the other node', () => [...ids, 'camera'].every((id) => streams(id) === 2), 20_000);
  await until('the first node has let go', () => room(far).relays.count === 1, 20_000);
  await flows(heard, ...ids, 'camera');
  for (const id of ids) {
    expect(new Set(steps(heard, id)), id).toEqual(new Set([1]));
    expect(heard.tracks.get(id)?.streams[1]).toMatchObject({ number: 2, keepsTimestamps: true });
  }
  expect(heard.tracks.get('camera')?.streams[1]).toMatchObject({ number: 2, keepsTimestamps: false });
  expect([heard.faults, heard.people.size, heard.connected]).toEqual([[], 2, true]);
});

it('goes on by another node when its own dies', async () => {
  const { tap, heard } = await startRecorder();
  await here.join('ann');
  await there.join('bob');
  const ann = (await speak(near, 'ann')).producer.id;
  const bob = (await speak(far, 'bob')).producer.id;
  await tellAll({ epoch: 2, taps: tapOn(far) }, tap);
  await flows(heard, ann, bob);
  await far.close();
  const [first] = topology.placements ?? [];
  await tellAll({ epoch: 3, placements: first === undefined ? [] : [first], relays: [], taps: tapOn(near) }, tap, [
    here,
  ]);
  await until('who was on it is gone', () => !heard.people.has('bob'), 20_000);
  await flows(heard, ann);
  const missed = steps(heard, ann).filter((step) => step !== 1);
  console.log(`packets of 20 ms that were missed: ${JSON.stringify(missed)}`);
  expect(missed.every((step) => step > 1)).toBe(true);
  expect(missed.reduce((sum, step) => sum + step, 0)).toBeLessThan(100);
  expect(heard.tracks.get(ann)).toMatchObject({ ended: false });
  expect(heard.tracks.get(bob)).toMatchObject({ ended: true });
  expect(heard.faults).toEqual([]);
});

it('goes on when its worker dies', async () => {
  const { tap, heard } = await startRecorder();
  await here.join('ann');
  const ann = (await speak(near, 'ann')).producer.id;
  await tellAll({ epoch: 2, taps: tapOn(near) }, tap);
  await flows(heard, ann);
  process.kill(worker!.pid, 'SIGKILL');
  await until('another stream comes', () => heard.tracks.get(ann)?.streams.length === 2, 20_000);
  await flows(heard, ann);
  expect([heard.faults, heard.tracks.get(ann)?.ended, heard.connected]).toEqual([[], false, true]);
});

it('is refused where the topology names another, and cut off when another takes its place', async () => {
  const { tap, heard } = await startRecorder();
  const other = await startRecorder({ recorder: 'recorder-2', relayPorts: { first: 46_500, last: 46_599 } });
  await here.join('ann');
  const ann = (await speak(near, 'ann')).producer.id;
  await tellAll({ epoch: 2, taps: tapOn(near) }, tap);
  // As one would that was told otherwise.
  other.tap.applyTopology(
    create(TopologySchema, aCascade([near, far], { meetingId: here.meetingId, taps: tapOn(near, 'recorder-2') })),
  );
  const refused = async (): Promise<number> => {
    const metric = await near.registry.getSingleMetric('parley_relay_hellos_refused_total')?.get();
    return metric?.values.find(({ labels }) => labels['reason'] === 'NoRelay')?.value ?? 0;
  };
  await flows(heard, ann);
  await until('it is refused', async () => (await refused()) > 2);
  expect([other.heard.connected, other.heard.people.size]).toEqual([false, 0]);

  // The recorder itself is not told.
  await tellAll({ epoch: 3, taps: tapOn(near, 'recorder-2') });
  other.tap.applyTopology(create(TopologySchema, topology));
  await flows(other.heard, ann);
  await until('nothing comes to the one before', async () => {
    const before = count(heard, ann);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return count(heard, ann) === before;
  });
  expect(room(near).relays.count).toBe(2);
});

it('leaves nothing behind when it has come and gone a hundred times', { timeout: 120_000 }, async () => {
  const { tap, heard } = await startRecorder();
  await here.join('ann');
  const ann = (await speak(near, 'ann')).producer.id;
  await show(near, 'ann', 'camera');
  const holdings = async () => {
    const { routerIds, channelMessageHandlers } = await worker!.dump();
    const handlers = channelMessageHandlers.channelRequestHandlers.length;
    const living = [Attendance, TrackFeed].map((constructor) => queryObjects(constructor, { format: 'count' }));
    return { routers: routerIds.length, handlers, living, node: near.node.pool.live[0]!.transports.size };
  };
  let epoch = 1;
  const comeAndGo = async (): Promise<void> => {
    await tellAll({ epoch: (epoch += 1), taps: tapOn(near) }, tap, [here]);
    await until('it flows', () => count(heard, ann) > 0 && count(heard, 'camera') > 0);
    await tellAll({ epoch: (epoch += 1), taps: [] }, tap, [here]);
    expect([heard.people.size, heard.connected, heard.tracks.get(ann)?.ended]).toEqual([0, false, true]);
    await until('the node has let go', () => room(near).relays.count === 1);
  };
  for (let times = 0; times < 10; times += 1) await comeAndGo();
  const before = await holdings();
  for (let times = 0; times < 100; times += 1) await comeAndGo();
  await until('all is as it was', async () => JSON.stringify(await holdings()) === JSON.stringify(before)).catch(
    async () => expect(await holdings()).toEqual(before),
  );
  expect(heard.faults).toEqual([]);
});
