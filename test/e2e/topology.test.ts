/** Meetings over four nodes in two regions: whose paths change while people watch each other (law 3), and whose viewers hang in a tree. */
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { applyObjects, deleteObject } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, getMeeting, namespace, openMeeting, sumOverNodes } from '@parley/e2e/cluster/stage.js';
import { pause, waitUntil } from '@parley/e2e/deadline.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginScene } from './scene.js';

/** Two nodes in each of two regions, for one person each: whoever comes needs a node more. */
const pools = [
  { name: 'east', region: 'eu', rtcPort: 43_200 },
  { name: 'west', region: 'us', rtcPort: 43_300 },
].map((pool) => ({ ...pool, replicas: 2, workers: 1, capacity: { participants: 1, consumers: 100 } }));

const longestGapMs = 300;
const soon = { deadlineMs: 20_000, everyMs: 200 };
let people: People;

beforeAll(async () => {
  [people] = await Promise.all([startPeople(), ensurePools(pools)]);
});
afterAll(async () => {
  await people.close();
  for (const { name } of pools) await deleteObject('sfupool', name, namespace);
});

const kinds = async (): Promise<string> => {
  const { status } = await getMeeting('four-nodes');
  return (status?.relays ?? [])
    .map(({ kind }) => kind)
    .toSorted()
    .join();
};
const leaving = (): Promise<number> => sumOverNodes((metrics) => metrics.sum('parley_relays_leaving'));

test('a fourth node makes a tree of the mesh, and nobody misses a picture of anybody', async () => {
  beginScene(people);
  const meetingId = await openMeeting('four-nodes', {
    pools: pools.map(({ name }) => ({ name })),
    expectedParticipants: 1,
  });
  const [ann, ben, cid] = [
    await enter(people, 'Ann', { meetingId, region: 'eu' }),
    await enter(people, 'Ben', { meetingId, region: 'us' }),
    await enter(people, 'Cid', { meetingId, region: 'us' }),
  ] as const;
  const three: readonly Participant[] = [ann, ben, cid];
  const pairs = three.flatMap((one) => three.filter((other) => other !== one).map((other) => [one, other] as const));
  await Promise.all(pairs.map(([one, other]) => one.sees(other)));
  expect(new Set(await Promise.all(three.map(async (one) => (await one.view()).node))).size).toBe(3);
  expect(await kinds()).toBe('Peer,Peer,Peer');
  await pause(2_000);

  const sinceMs = Date.now();
  const dan = await enter(people, 'Dan', { meetingId, region: 'eu' });
  await waitUntil('the topology is a tree', soon, kinds, (now) => now === 'Leaf,Leaf,Peer');
  await Promise.all(three.flatMap((one) => [one.sees(dan), dan.sees(one)]));
  await waitUntil('no relay is left of the mesh', soon, leaving, (count) => count === 0);
  await pause(1_500);
  const gaps = await Promise.all(
    pairs.map(async ([one, other]) => {
      const { gapMs, rawGapMs } = await one.longestGapOf(other, sinceMs);
      return { pair: `${one.name} of ${other.name}`, gapMs, rawGapMs };
    }),
  );
  console.log(`longest gaps while the mesh became a tree, ms: ${JSON.stringify(gaps)}`);
  for (const { gapMs } of gaps) expect(gapMs).toBeLessThan(longestGapMs);
  for (const one of three) expect((await one.view()).log.filter((line) => line.startsWith('state'))).toEqual([]);
  await Promise.all([ann.hears(ben), ben.hears(cid), cid.hears(dan), dan.hears(ann)]);
});

test('in a webinar a viewer on a node of its own sees and hears the speaker, whom nobody tells of it', async () => {
  beginScene(people);
  const speakerPasscode = 'on air';
  await applyObjects([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'stage', namespace },
      stringData: { passcode: speakerPasscode },
    },
  ]);
  const meetingId = await openMeeting('webinar', {
    mode: 'Webinar',
    speakerPasscodeSecretRef: { name: 'stage', key: 'passcode' },
    pools: [{ name: 'east' }],
    expectedParticipants: 1,
  });
  const sam = await enter(people, 'Sam', { meetingId, region: 'eu', speakerPasscode });
  const vera = await enter(people, 'Vera', { meetingId, region: 'eu', publish: [] });
  await Promise.all([vera.sees(sam), vera.hears(sam)]);
  const [onStage, below] = [(await sam.view()).node, (await vera.view()).node];
  const { status } = await waitUntil(
    'its status has both nodes',
    soon,
    () => getMeeting('webinar'),
    (meeting) => meeting.status?.placements?.length === 2,
  );
  expect(status?.placements).toContainEqual(expect.objectContaining({ node: below, viewersOnly: true }));
  expect(status?.relays).toEqual([{ from: below, to: onStage, kind: 'Leaf' }]);
  expect((await sam.view()).participants.map(({ name }) => name)).toEqual(['Sam']);
  expect((await vera.view()).participants.map(({ name }) => name).toSorted()).toEqual(['Sam', 'Vera']);
});
