/** Law 6: a thousand rooms come and go, with people, media and relays, and nothing of them is left. */
import { readdir, readFile } from 'node:fs/promises';
import { EventEmitter } from 'node:events';
import { queryObjects } from 'node:v8';
import { EndReason, MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { LocalParticipant } from '@parley/sfu-node/rooms/local-participant.js';
import { ParticipantMedia } from '@parley/sfu-node/rooms/participant-media.js';
import { Room } from '@parley/sfu-node/rooms/room.js';
import { RoomMedia } from '@parley/sfu-node/rooms/room-media.js';
import { RoomWatchers } from '@parley/sfu-node/rooms/room-watchers.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMeeting } from './support/test-meeting.js';
import { startTestNode, type TestNode } from './support/test-node.js';
import { aCascade } from './support/topologies.js';
import { until } from './support/until.js';

let near: TestNode;
let far: TestNode;
beforeAll(async () => {
  near = await startTestNode({ name: 'node-a', relayPorts: [44_000, 44_499] });
  far = await startTestNode({ name: 'node-b', relayPorts: [44_500, 44_999] });
});
afterAll(() => Promise.all([near.close(), far.close()]));

const rooms = 1_000;
const atOnce = 20;
/** The engine lets go of the last meetings only when others come: as many as three lots of them may still be there, of a thousand. */
const objectsOfAMeeting = {
  Room: 2,
  RoomMedia: 2,
  RoomWatchers: 2,
  LocalParticipant: 3,
  ParticipantMedia: 3,
  EventEmitter: 20,
} as const;
const lastMeetings = 3 * atOnce;
const megabyte = 1024 * 1024;

/** One meeting's whole life on two nodes: people who see each other there, and beyond the relay. */
async function liveThrough(index: number): Promise<void> {
  const meetingId = `leak-${index}`;
  const topology = aCascade([near, far], { meetingId });
  const [here, there] = await Promise.all([near, far].map((node) => startTestMeeting(node, topology)));
  if (here === undefined || there === undefined) throw new Error('no meeting');
  const streams = [here.watch(), there.watch()];
  await Promise.all([here.join('ann'), here.join('bob'), there.join('eve')]);
  await here.produceCamera('ann', `camera-${index}`);
  await there.produceMicrophone('eve', `mic-${index}`);
  await Promise.all([
    streams[0]?.wait('producerAdded', ({ id }) => id === `mic-${index}`),
    streams[1]?.wait('producerAdded', ({ id }) => id === `camera-${index}`),
  ]);
  const consumed = await Promise.all([
    here.consume('bob', `camera-${index}`, `mic-${index}`),
    there.consume('eve', `camera-${index}`),
  ]);
  const outcomes = consumed.flatMap(({ results }) => results.map(({ outcome }) => outcome));
  expect(
    outcomes.map(({ case: kind }) => kind),
    JSON.stringify(outcomes),
  ).toEqual(['consumer', 'consumer', 'consumer']);
  if (index % 3 === 0) await here.leave('ann');
  const ended = { ...topology, epoch: 2, state: MeetingState.ENDED, endReason: EndReason.DELETED };
  await Promise.all([here.apply(ended), there.apply(ended)]);
  await Promise.all(streams.map((stream) => stream.ended));
}

async function liveThroughAll(first: number, count: number): Promise<void> {
  for (let index = first; index < first + count; index += atOnce) {
    const batch = Math.min(atOnce, first + count - index);
    await Promise.all(Array.from({ length: batch }, (_, offset) => liveThrough(index + offset)));
  }
}

interface Holdings {
  readonly routers: number;
  readonly handlers: number;
  readonly webRtcTransports: number;
  readonly transports: number;
  readonly files: number;
  readonly streams: string;
  readonly relays: string;
  readonly usage: string;
}

async function holdings(): Promise<Holdings[]> {
  return Promise.all([near, far].map(holdingsOf));
}

async function holdingsOf({ node: { pool, rooms: registry }, registry: metrics }: TestNode): Promise<Holdings> {
  const workers = await Promise.all(
    pool.live.map(async (live) => ({
      dump: await live.worker.dump(),
      server: await live.webRtcServer.dump(),
      files: (await readdir(`/proc/${live.worker.pid}/fd`)).length,
      live,
    })),
  );
  const sum = (count: (worker: (typeof workers)[number]) => number): number =>
    workers.reduce((total, worker) => total + count(worker), 0);
  return {
    routers: sum(({ dump }) => dump.routerIds.length),
    handlers: sum(
      ({ dump: { channelMessageHandlers: handlers } }) =>
        handlers.channelRequestHandlers.length + handlers.channelNotificationHandlers.length,
    ),
    webRtcTransports: sum(({ server }) => server.webRtcTransportIds.length),
    transports: sum(({ live }) => live.transports.size),
    files: sum(({ files }) => files),
    streams: await metrics.getSingleMetricAsString('parley_node_rpc_streams'),
    relays: await metrics.getSingleMetricAsString('parley_node_relays'),
    usage: JSON.stringify([registry.rooms.size, ...workers.map(({ live }) => [live.rooms, live.consumers])]),
  };
}

/** Objects that still live after a garbage collection: what a forgotten listener or map entry would hold. */
const livingObjects = (): Record<string, number> =>
  Object.fromEntries(
    [Room, RoomMedia, RoomWatchers, LocalParticipant, ParticipantMedia, EventEmitter].map((constructor) => [
      constructor.name,
      queryObjects(constructor, { format: 'count' }),
    ]),
  );

async function workerBytes(): Promise<number> {
  const workers = [near, far].flatMap(({ node }) => node.pool.live);
  const pages = await Promise.all(
    workers.map(async ({ worker }) => (await readFile(`/proc/${worker.pid}/statm`, 'utf8')).split(' ')[1]),
  );
  return pages.reduce((total, count) => total + Number(count) * 4_096, 0);
}

it('leaves no router, transport, port, stream, timer or memory behind', { timeout: 300_000 }, async () => {
  const warmUp = 200;
  await liveThroughAll(0, warmUp);
  const emptied = async (): Promise<boolean> => (await holdings()).every(({ routers }) => routers === 0);
  await until('the workers are empty', emptied);
  const before = await holdings();
  const memory = { objects: livingObjects(), heap: process.memoryUsage().heapUsed, workers: await workerBytes() };
  for (const held of before) expect(held).toMatchObject({ routers: 0, webRtcTransports: 0, transports: 0 });

  await liveThroughAll(warmUp, rooms);
  await until('the workers are empty again', emptied);
  expect(await holdings()).toEqual(before);

  let objects = livingObjects();
  const settled = (): boolean => {
    objects = livingObjects();
    return Object.entries(objectsOfAMeeting).every(
      ([name, ofOne]) => (objects[name] ?? Infinity) <= (memory.objects[name] ?? 0) + ofOne * lastMeetings,
    );
  };
  await until('no object of a closed room lives', settled, 30_000).catch(() => expect(objects).toEqual(memory.objects));
  expect((await workerBytes()) - memory.workers).toBeLessThan(2 * megabyte);
  expect(process.memoryUsage().heapUsed - memory.heap).toBeLessThan(16 * megabyte);
});
