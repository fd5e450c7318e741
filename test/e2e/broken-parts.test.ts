/** Parts of a running call that break: control of a relay, a media worker. Media that still flows is never touched. */
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { cutBetween, isLocalCluster, killWorker } from '@parley/e2e/cluster/faults.js';
import { readMetrics } from '@parley/e2e/cluster/pod-metrics.js';
import { ensurePools, nodePod, openMeeting } from '@parley/e2e/cluster/stage.js';
import { pause, waitUntil } from '@parley/e2e/deadline.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginScene } from './scene.js';

const soon = { deadlineMs: 20_000, everyMs: 200 };
const grpcPort = 7000;
let people: People;

beforeAll(async () => {
  [people] = await Promise.all([startPeople(), ensurePools()]);
});
afterAll(async () => {
  await people.close();
});

test('a relay’s gRPC stream is cut: media does not stop, and control heals', async ({ skip }) => {
  skip(!(await isLocalCluster()), 'connections between pods can be cut on the local cluster only');
  beginScene(people);
  const meetingId = await openMeeting('cut');
  const ann = await enter(people, 'Ann', { meetingId, region: 'eu' });
  const ben = await enter(people, 'Ben', { meetingId, region: 'us' });
  await Promise.all([ann.sees(ben, 15), ben.sees(ann, 15)]);
  const [here, there] = await Promise.all([nodePod((await ann.view()).node), nodePod((await ben.view()).node)]);
  const down = async (): Promise<number> => (await readMetrics(here)).sum('parley_relays', { stream: 'down' });
  expect(await down()).toBe(0);

  const sinceMs = Date.now();
  const mend = await cutBetween(here, there, grpcPort);
  try {
    await waitUntil('the relay’s stream is down', soon, down, (count) => count === 1);
    await ann.rename('Anna');
    await pause(3_000);
    expect((await ben.view()).participants.map(({ name }) => name)).toEqual(['Ann', 'Ben']);
  } finally {
    await mend();
  }
  await waitUntil(
    'Ben learns the new name',
    soon,
    async () => (await ben.view()).participants.map(({ name }) => name),
    (names) => names.join() === 'Anna,Ben',
  );
  const gaps = [(await ann.longestGapOf(ben, sinceMs)).gapMs, (await ben.longestGapOf(ann, sinceMs)).gapMs];
  console.log(`longest gaps while the stream was cut, ms: ${gaps.join(', ')}`);
  expect(Math.max(...gaps)).toBeLessThan(300);
  expect((await ann.view()).log.filter((line) => line.startsWith('left') || line.includes('without media'))).toEqual(
    [],
  );
});

test('a worker process is killed: only its meetings are disturbed, and they come back', async () => {
  beginScene(people);
  const meetings: { speaker: Participant; viewer: Participant; key: string }[] = [];
  for (const name of ['left-worker', 'right-worker']) {
    const meetingId = await openMeeting(name, { pools: [{ name: 'eu' }] });
    const speaker = await enter(people, `${name} speaker`, { meetingId, publish: ['camera'] });
    const viewer = await enter(people, `${name} viewer`, { meetingId, publish: [] });
    await viewer.sees(speaker, 15);
    meetings.push({ speaker, viewer, key: `${speaker.name}/camera` });
  }
  const nodes = new Set(await Promise.all(meetings.map(async ({ viewer }) => (await viewer.view()).node)));
  expect([...nodes]).toHaveLength(1);
  const pod = await nodePod([...nodes][0] ?? '');
  const before = await readMetrics(pod);
  expect(before.sum('parley_node_workers')).toBe(2);

  const sinceMs = Date.now();
  await killWorker(pod);
  await waitUntil(
    'one meeting was rebuilt',
    soon,
    () => readMetrics(pod),
    (metrics) => metrics.sum('parley_node_room_rebuilds_total') > before.sum('parley_node_room_rebuilds_total'),
  );
  await waitUntil(
    'pictures come in both meetings',
    soon,
    () => Promise.all(meetings.map(({ viewer, key }) => viewer.pictures(key))),
    (reports) =>
      reports.every(({ frames, sinceLastMs }) => frames > 0 && sinceLastMs < 200) && Date.now() > sinceMs + 3_000,
  );
  const gaps = await Promise.all(
    meetings.map(async ({ viewer, speaker }) => (await viewer.longestGapOf(speaker, sinceMs)).gapMs),
  );
  console.log(`longest gaps after a worker’s death, ms: ${gaps.join(', ')}`);
  expect(Math.min(...gaps)).toBeLessThan(300);
  expect(Math.max(...gaps)).toBeLessThan(10_000);
  const after = await readMetrics(pod);
  expect(after.sum('parley_node_room_rebuilds_total')).toBe(before.sum('parley_node_room_rebuilds_total') + 1);
  expect(after.sum('parley_node_workers')).toBe(2);
  expect(after.sum('parley_node_worker_deaths_total')).toBe(before.sum('parley_node_worker_deaths_total') + 1);
});
