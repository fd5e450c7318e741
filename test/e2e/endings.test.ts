/** A meeting's end, by each of its ways: people are told why, and nothing of it remains. */
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { redisKeys } from '@parley/e2e/cluster/installation.js';
import { deleteObject, getObject, patchObject } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, getMeeting, namespace, nodesAreEmpty, openMeeting } from '@parley/e2e/cluster/stage.js';
import { waitUntil } from '@parley/e2e/deadline.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginScene } from './scene.js';

const soon = { deadlineMs: 20_000, everyMs: 200 };
let people: People;

beforeAll(async () => {
  [people] = await Promise.all([startPeople(), ensurePools()]);
});
afterAll(async () => {
  await people.close();
});

async function pair(meetingId: string): Promise<readonly Participant[]> {
  const one = await enter(people, 'One', { meetingId, region: 'eu', publish: ['camera'] });
  const two = await enter(people, 'Two', { meetingId, region: 'us', publish: [] });
  await two.sees(one);
  return [one, two];
}

async function areTold(who: readonly Participant[], reason: string): Promise<void> {
  for (const one of who) {
    await waitUntil(
      `${one.name} is told ${reason}`,
      soon,
      async () => (await one.view()).state,
      (state) => state === `Closed: Ended ${reason}`,
    );
  }
}

async function nothingRemains(meetingId: string): Promise<void> {
  await nodesAreEmpty();
  await waitUntil(
    'Redis holds nothing of it',
    soon,
    () => redisKeys(`parley:*${meetingId}*`),
    (keys) => keys.length === 0,
  );
}

test('spec.ended ends a meeting for everybody, who are told so; its resource stays and says since when', async () => {
  beginScene(people);
  const meetingId = await openMeeting('ended');
  const both = await pair(meetingId);
  await patchObject('meeting', 'ended', { namespace, patch: { spec: { ended: true } } });
  await areTold(both, 'EndedByHost');
  await nodesAreEmpty();
  const { status } = await waitUntil(
    'phase Ended',
    soon,
    () => getMeeting('ended'),
    (meeting) => meeting.status?.phase === 'Ended',
  );
  expect(status?.endedAt).toBeDefined();
  const late = await people.come('Late');
  expect(await late.join({ meetingId })).toMatchObject({ ok: false, code: 'MeetingEnded' });
});

test('deleting the resource ends the meeting for everybody, and nothing remains on nodes or in Redis', async () => {
  beginScene(people);
  const meetingId = await openMeeting('deleted');
  const both = await pair(meetingId);
  await deleteObject('meeting', 'deleted', namespace);
  await areTold(both, 'Deleted');
  await nothingRemains(meetingId);
  await expect(getObject('meeting', 'deleted', namespace)).rejects.toThrow('NotFound');
});

test('ttlSecondsAfterEnd removes an ended meeting, and nothing remains of it anywhere', async () => {
  beginScene(people);
  const meetingId = await openMeeting('expired', { ttlSecondsAfterEnd: 3 });
  const both = await pair(meetingId);
  await patchObject('meeting', 'expired', { namespace, patch: { spec: { ended: true } } });
  const endedMs = Date.now();
  await areTold(both, 'EndedByHost');
  await waitUntil(
    'the resource is gone',
    soon,
    () => getObject('meeting', 'expired', namespace).then(() => 'there', String),
    (outcome) => outcome.includes('NotFound'),
  );
  expect(Date.now() - endedMs).toBeGreaterThan(2_000);
  await nothingRemains(meetingId);
});
