/**
 * A pool that grows before it must, and shrinks while people are in its meetings (laws 2, 3 and 4). Nodes are small, so that few people
 * fill them; each host takes one node of the pool.
 */
import { enter } from '@parley/e2e/browser/enter.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { serviceAddresses } from '@parley/e2e/cluster/installation.js';
import { applyObjects, deleteObject, getObject, type SFUPool } from '@parley/e2e/cluster/kubectl.js';
import { machineAddress, serveFromOutside } from '@parley/e2e/cluster/outside-service.js';
import { namespace, openMeeting } from '@parley/e2e/cluster/stage.js';
import { pause, waitUntil } from '@parley/e2e/deadline.js';
import { enterBySocket, type SocketParticipant } from '@parley/e2e/light/socket-participant.js';
import { startPrometheus } from '@parley/e2e/prometheus/prometheus-server.js';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { beginScene } from './scene.js';

type Status = NonNullable<SFUPool['status']>;

const pool = 'breathing';
const longestGapMs = 300;
/** Each node is full with four, and to be filled up to 80 %: three people are for one node, four for two. */
const capacity = { participants: 4, consumers: 200 };
const quick = {
  min: 1,
  max: 2,
  targetUtilizationPercent: 80,
  headroom: { participants: 0 },
  stabilizationSeconds: 2,
  rates: { down: { nodes: 10, periodSeconds: 1 } },
};
let people: People;

beforeAll(async () => {
  await applyObjects([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
  [people] = await Promise.all([startPeople(), scaleBy()]);
});
afterAll(async () => {
  await people.close();
  await deleteObject('sfupool', pool, namespace);
});

/** Applies the pool, and waits until it has one node again. */
async function scaleBy(scaling: object = {}): Promise<void> {
  const spec = {
    region: 'eu',
    workers: 1,
    capacity,
    networking: { rtcPort: 43_400 },
    scaling: { ...quick, ...scaling },
    drain: { waitSeconds: 0 },
    template: { resources: { requests: { cpu: '50m', memory: '128Mi' } } },
  };
  await applyObjects([
    { apiVersion: 'parley.dev/v1alpha1', kind: 'SFUPool', metadata: { name: pool, namespace }, spec },
  ]);
}

const nodes = (status: Status): readonly string[] => (status.nodes ?? []).map(({ name }) => name);

async function poolIs(what: string, holds: (status: Status) => boolean): Promise<Status> {
  return waitUntil(
    `the pool ${what}`,
    { deadlineMs: 60_000, everyMs: 200 },
    async () => (await getObject<SFUPool>('sfupool', pool, namespace)).status ?? {},
    holds,
  );
}

const hasReady =
  (count: number, winner?: string) =>
  (status: Status): boolean =>
    status.readyReplicas === count &&
    nodes(status).length === count &&
    (winner === undefined || status.scaling?.winner === winner);

test('it grows when people come, and shrinks when they have gone, while two talk on and miss no picture', async () => {
  beginScene(people);
  await poolIs('has one node', hasReady(1));
  const meetingId = await openMeeting('talk', { pools: [{ name: pool }], expectedParticipants: 1 });
  const ann = await enter(people, 'Ann', { meetingId, region: 'eu' });
  const [address = ''] = await serviceAddresses();
  const crowd: SocketParticipant[] = [];
  onTestFinished(() => crowd.forEach((one) => one.close()));
  for (const name of ['Cy', 'Di', 'Ed']) crowd.push(await enterBySocket({ address, meetingId, name }));
  const grown = await poolIs('has two nodes, for the load', hasReady(2, 'MediaLoad'));
  expect(grown.scaling?.signals?.find(({ name }) => name === 'MediaLoad')).toMatchObject({
    wish: 2,
    reason: 'LoadMeasured',
  });

  // The first node is full: he gets the other one.
  const ben = await enter(people, 'Ben', { meetingId, region: 'eu' });
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const [hers, his] = [(await ann.view()).node, (await ben.view()).node];
  expect([hers, his].toSorted()).toEqual(nodes(grown).toSorted());
  await pause(2_000);

  const sinceMs = Date.now();
  await Promise.all(crowd.map((one) => one.leave()));
  const shrunk = await poolIs('has one node again', hasReady(1));
  const tookSeconds = Math.round((Date.now() - sinceMs) / 1_000);
  const [left] = nodes(shrunk);
  for (const one of [ann, ben]) {
    const { node, log } = await one.view();
    expect(node).toBe(left);
    expect(log.filter((line) => line.startsWith('state'))).toEqual([]);
  }
  await pause(1_000);
  const gaps = { Ann: await ann.longestGapOf(ben, sinceMs), Ben: await ben.longestGapOf(ann, sinceMs) };
  console.log(`scale-in took ${String(tookSeconds)} s; longest gaps, ms: ${JSON.stringify(gaps)}`);
  for (const { gapMs } of Object.values(gaps)) expect(gapMs).toBeLessThan(longestGapMs);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
});

test('it has nodes for a scheduled meeting before its people come, and not long before', async () => {
  beginScene(people);
  const startupSeconds = 25;
  await scaleBy({ startupSeconds });
  await poolIs('has one node', hasReady(1));
  // Twenty are expected in seven minutes, from five before the begin on: in the second of them there are too many for one node.
  const tooManyAfterSeconds = 63;
  const untilTooManySeconds = 12;
  const startMs = Date.now() + (startupSeconds + 300 - tooManyAfterSeconds + untilTooManySeconds) * 1_000;
  const meetingId = await openMeeting('planned', {
    pools: [{ name: pool }],
    expectedParticipants: 20,
    schedule: { start: new Date(startMs).toISOString().slice(0, 19), durationMinutes: 30, timeZone: 'UTC' },
  });
  const sinceMs = Date.now();
  const early = await poolIs(
    'knows of the meeting',
    ({ scaling }) => scaling?.signals?.some(({ reason }) => reason === 'MeetingsAhead') === true,
  );
  expect(early.desired).toBe(1);
  const grown = await poolIs('has two nodes, for those who will come', hasReady(2, 'ScheduledMeetings'));
  const tookSeconds = Math.round((Date.now() - sinceMs) / 1_000);
  console.log(`ready ${String(tookSeconds)} s after the meeting was planned`);
  // People who need the second node come so long after it was asked for; it was up by then.
  expect(tookSeconds).toBeLessThan(untilTooManySeconds + startupSeconds);
  expect(grown.scaling?.signals?.find(({ name }) => name === 'ScheduledMeetings')?.message).toMatch(
    /\d+ participants still to come to 1 meeting/,
  );
  const [address = ''] = await serviceAddresses();
  const all = await Promise.all(
    ['Al', 'Bo', 'Cy', 'Di', 'Ed'].map((name) => enterBySocket({ address, meetingId, name })),
  );
  expect(all.filter(({ waited }) => waited)).toEqual([]);
  await Promise.all(all.map((one) => one.leave()));
});

test('it grows when a Prometheus query says so, and shrinks when that says so', async ({ skip }) => {
  beginScene();
  const address = await machineAddress();
  if (address === undefined) skip('pods of this cluster do not reach this machine');
  const prometheus = await startPrometheus(address);
  onTestFinished(() => prometheus.close());
  await prometheus.expose('lobby', ['lobby_waiting_people 11']);
  await serveFromOutside({ name: 'prometheus', namespace, port: 9_090, url: prometheus.url });
  const query = { name: 'lobby', serverURL: `http://prometheus.${namespace}.svc:9090`, intervalSeconds: 5 };
  await scaleBy({ prometheus: [{ ...query, query: 'sum(lobby_waiting_people)', perNode: 10 }] });
  await poolIs('has two nodes, for the query', hasReady(2, 'prometheus/lobby'));
  await prometheus.expose('lobby', ['lobby_waiting_people 3']);
  await poolIs('has one node', hasReady(1, 'prometheus/lobby'));
});
