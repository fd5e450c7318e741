/** Laws 2 and 3: a node that is to go is emptied by moving its people, who notice nothing. */
import { enter } from '@parley/e2e/browser/enter.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { getObject, kubectl, listObjects, patchObject, type Pod, type SFUPool } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, getMeeting, namespace, nodePod, openMeeting, poolReady } from '@parley/e2e/cluster/stage.js';
import { pause, waitUntil } from '@parley/e2e/deadline.js';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { beginScene } from './scene.js';

const longestGapMs = 300;
const soon = { deadlineMs: 45_000, everyMs: 200 };
const hostDeadlineSeconds = 120;
let people: People;

beforeAll(async () => {
  [people] = await Promise.all([startPeople(), ensurePools()]);
});
afterAll(async () => {
  await people.close();
});

const annotate = (pod: string, value: string): Promise<string> =>
  kubectl(['annotate', 'pod', pod, '--namespace', namespace, '--overwrite', `parley.dev/drain${value}`]);

const ways: readonly (readonly [string, (pod: string) => Promise<unknown>])[] = [
  ['the annotation parley.dev/drain', (pod) => annotate(pod, '=true')],
  ['kubectl delete pod', (pod) => kubectl(['delete', 'pod', pod, '--namespace', namespace, '--wait=false'])],
];

test.each(ways)('%s moves the people of a node, and no picture is missed (laws 2 and 3)', async (_, drain) => {
  beginScene(people);
  const meetingId = await openMeeting('drained', { pools: [{ name: 'eu' }] });
  const [ann, ben] = [
    await enter(people, 'Ann', { meetingId, region: 'eu' }),
    await enter(people, 'Ben', { meetingId, region: 'eu' }),
  ];
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const { node } = await ann.view();
  expect((await ben.view()).node).toBe(node);
  const { uid } = (await nodePod(node)).metadata;
  await pause(2_000);

  const sinceMs = Date.now();
  await drain(node);
  for (const one of [ann, ben])
    await waitUntil(
      `${one.name} is on another node`,
      soon,
      () => one.view(),
      (view) => view.node !== node,
    );
  await waitUntil(
    'the node is gone, or another in its place',
    soon,
    async () => (await nodePod(node).catch(() => undefined))?.metadata.uid,
    (now) => now !== uid,
  );
  await pause(2_000);
  const gaps = { Ann: await ann.longestGapOf(ben, sinceMs), Ben: await ben.longestGapOf(ann, sinceMs) };
  console.log(`longest gaps while a node was drained, ms: ${JSON.stringify(gaps)}`);
  for (const { gapMs } of Object.values(gaps)) expect(gapMs).toBeLessThan(longestGapMs);
  for (const one of [ann, ben]) expect((await one.view()).log.filter((line) => line.startsWith('state'))).toEqual([]);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
  await waitUntil(
    'the meeting has left the node',
    soon,
    () => getMeeting('drained'),
    ({ status }) => status?.placements?.every((placement) => placement.node !== node) === true,
  );
  await poolReady('eu');
});

test('kubectl drain of a host with people in calls ends by itself, and no picture is missed (laws 2 and 3)', async () => {
  beginScene(people);
  const meetingId = await openMeeting('host-drained', { pools: [{ name: 'eu' }] });
  const [ann, ben] = [
    await enter(people, 'Ann', { meetingId, region: 'eu' }),
    await enter(people, 'Ben', { meetingId, region: 'eu' }),
  ];
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const { node } = await ann.view();
  const { nodeName: host = '' } = (await nodePod(node)).spec;
  onTestFinished(async () => {
    await kubectl(['uncordon', host]);
    await Promise.all([poolReady('eu'), poolReady('us')]);
  });
  await pause(2_000);

  const sinceMs = Date.now();
  const flags = ['--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${hostDeadlineSeconds}s`];
  await kubectl(['drain', host, ...flags], { deadlineMs: hostDeadlineSeconds * 1_000 });
  const tookSeconds = Math.round((Date.now() - sinceMs) / 1_000);
  const left = (await listObjects<Pod>('pods', namespace, 'parley.dev/pool')).filter(
    ({ spec }) => spec.nodeName === host,
  );
  expect(left).toEqual([]);
  for (const one of [ann, ben]) expect((await one.view()).node).not.toBe(node);
  await pause(2_000);
  const gaps = { Ann: await ann.longestGapOf(ben, sinceMs), Ben: await ben.longestGapOf(ann, sinceMs) };
  console.log(`kubectl drain of a host took ${tookSeconds} s; longest gaps, ms: ${JSON.stringify(gaps)}`);
  for (const { gapMs } of Object.values(gaps)) expect(gapMs).toBeLessThan(longestGapMs);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
}, 240_000);

test('a new template is rolled out while people talk, and no picture is missed (laws 2 and 3)', async () => {
  beginScene(people);
  const meetingId = await openMeeting('rolled', { pools: [{ name: 'us' }] });
  const [ann, ben] = [
    await enter(people, 'Ann', { meetingId, region: 'us' }),
    await enter(people, 'Ben', { meetingId, region: 'us' }),
  ];
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const before = (await ann.view()).node;
  const { uid } = (await nodePod(before)).metadata;
  await pause(2_000);

  const sinceMs = Date.now();
  const template = { annotations: { 'example.com/rolled-out': String(sinceMs) } };
  await patchObject('sfupool', 'us', { namespace, patch: { spec: { template } } });
  await waitUntil(
    'the old node is gone',
    { ...soon, deadlineMs: 90_000 },
    () => listObjects<Pod>('pods', namespace, 'parley.dev/pool=us'),
    (pods) => pods.every(({ metadata }) => metadata.uid !== uid),
  );
  const tookSeconds = Math.round((Date.now() - sinceMs) / 1_000);
  for (const one of [ann, ben]) {
    const { node, log } = await one.view();
    expect(node).not.toBe(before);
    expect(log.filter((line) => line.startsWith('state'))).toEqual([]);
  }
  await pause(1_000);
  const gaps = { Ann: await ann.longestGapOf(ben, sinceMs), Ben: await ben.longestGapOf(ann, sinceMs) };
  console.log(`a rolling update of one node took ${tookSeconds} s; longest gaps, ms: ${JSON.stringify(gaps)}`);
  for (const { gapMs } of Object.values(gaps)) expect(gapMs).toBeLessThan(longestGapMs);
  await Promise.all([ann.hears(ben), ben.hears(ann)]);
  await poolReady('us');
});

test('a drain that is called off in the middle leaves people where they are, and the node takes meetings again', async () => {
  beginScene(people);
  const meetingId = await openMeeting('called-off', { pools: [{ name: 'us' }] });
  const [ann, ben] = [
    await enter(people, 'Ann', { meetingId, region: 'us' }),
    await enter(people, 'Ben', { meetingId, region: 'us' }),
  ];
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const { node } = await ann.view();
  const phaseIs = async (wanted: string): Promise<void> => {
    await waitUntil(
      `the node is ${wanted}`,
      soon,
      async () =>
        (await getObject<SFUPool>('sfupool', 'us', namespace)).status?.nodes?.find(({ name }) => name === node),
      (seen) => seen?.phase === wanted,
    );
  };
  const sinceMs = Date.now();
  await annotate(node, '=true');
  await phaseIs('Draining');
  await annotate(node, '-');
  await phaseIs('Ready');
  expect((await nodePod(node)).metadata.labels).not.toHaveProperty(['parley.dev/drain-phase']);
  // Longer than it would have waited before it moved anybody.
  await pause(Math.max(0, sinceMs + 13_000 - Date.now()));
  const cid = await enter(people, 'Cid', { meetingId, region: 'us', publish: [] });
  for (const one of [ann, ben, cid]) expect((await one.view()).node).toBe(node);
  const gaps = [(await ann.longestGapOf(ben, sinceMs)).gapMs, (await ben.longestGapOf(ann, sinceMs)).gapMs];
  expect(Math.max(...gaps)).toBeLessThan(longestGapMs);
  await poolReady('us');
});
