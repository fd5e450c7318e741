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
import { until } from './support/until.js';

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode({ workers: 2 });
});
afterAll(() => node.close());

const rooms = 1_000;
const atOnce = 20;
const megabyte = 1024 * 1024;

/** One meeting's whole life: two people who see and hear each other, and a data channel. */
async function liveThrough(index: number): Promise<void> {
  const meeting = await startTestMeeting(node, { meetingId: `leak-${index}` });
  const stream = meeting.watch();
  await Promise.all([meeting.join('ann'), meeting.join('bob')]);
  await meeting.produceCamera('ann', `camera-${index}`);
  await meeting.produceMicrophone('bob', `mic-${index}`);
  await Promise.all([meeting.consume('bob', `camera-${index}`), meeting.consume('ann', `mic-${index}`)]);
  if (index % 3 === 0) await meeting.leave('ann');
  await meeting.apply({ epoch: 2, state: MeetingState.ENDED, endReason: EndReason.DELETED });
  await stream.ended;
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
  readonly usage: string;
}

async function holdings({ node: { pool, rooms: registry }, registry: metrics }: TestNode): Promise<Holdings> {
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
  const pages = await Promise.all(
    node.node.pool.live.map(async ({ worker }) => (await readFile(`/proc/${worker.pid}/statm`, 'utf8')).split(' ')[1]),
  );
  return pages.reduce((total, count) => total + Number(count) * 4_096, 0);
}

it('leaves no router, transport, port, stream, timer or memory behind', { timeout: 240_000 }, async () => {
  const warmUp = 200;
  await liveThroughAll(0, warmUp);
  const emptied = async (): Promise<boolean> => (await holdings(node)).routers === 0;
  await until('the workers are empty', emptied);
  const before = await holdings(node);
  const memory = { objects: livingObjects(), heap: process.memoryUsage().heapUsed, workers: await workerBytes() };
  expect(before).toMatchObject({ routers: 0, webRtcTransports: 0, transports: 0 });

  await liveThroughAll(warmUp, rooms);
  await until('the workers are empty again', emptied);
  expect(await holdings(node)).toEqual(before);

  // A few emitters belong to calls that are just ending.
  let objects = livingObjects();
  const settled = (): boolean => {
    objects = livingObjects();
    return Object.entries(objects).every(([name, count]) => count <= (memory.objects[name] ?? 0) + 5);
  };
  await until('no object of a closed room lives', settled, 30_000).catch(() => expect(objects).toEqual(memory.objects));
  expect((await workerBytes()) - memory.workers).toBeLessThan(2 * megabyte);
  expect(process.memoryUsage().heapUsed - memory.heap).toBeLessThan(16 * megabyte);
});
