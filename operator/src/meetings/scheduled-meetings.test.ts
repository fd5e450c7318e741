import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { expect, test } from 'vitest';
import type { Gathering } from '../core/load/gatherings.js';
import { aMeetingSpec } from '../core/testing/builders.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import { createScheduledMeetings } from './scheduled-meetings.js';

const HOUR_MS = 3_600_000;

function aWorldOfMeetings() {
  const clock = createFakeClock();
  const meetings = new Map<string, Meeting>();
  const listeners = new Set<(key: string) => void>();
  const changes: Pick<KeySource, 'subscribe'> = {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const scheduled = createScheduledMeetings({
    meetings: meetings as unknown as ObjectCache<Meeting>,
    changes: changes as KeySource,
    clock,
  });
  /** `inMs` from now. */
  const put = (
    name: string,
    inMs: number,
    schedule: object = {},
    { gatherings = [], ...spec }: Partial<Meeting['spec']> & { gatherings?: Gathering[] } = {},
  ): void => {
    const start = new Date(clock.nowMs() + inMs).toISOString().slice(0, 19);
    const metadata = {
      name,
      namespace: 'default',
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    };
    meetings.set(`default/${name}`, {
      metadata,
      status: { gatherings },
      spec: aMeetingSpec({ schedule: { start, durationMinutes: 30, timeZone: 'UTC', ...schedule }, ...spec }),
    });
    for (const listener of listeners) listener(`default/${name}`);
  };
  const remove = (name: string): void => {
    meetings.delete(`default/${name}`);
    for (const listener of listeners) listener(`default/${name}`);
  };
  const near = (): readonly string[] => scheduled.near('default').map(({ meetingId }) => meetingId);
  return { clock, scheduled, put, remove, near, listeners };
}
const idOf = (name: string): string => meetingIdOf(`uid-of-${name}`);

test('a meeting is near from an hour before it begins until it ends', async () => {
  const { clock, put, near } = aWorldOfMeetings();
  put('later', 3 * HOUR_MS);
  await clock.advance(2 * HOUR_MS - 1_000);
  expect(near()).toEqual([]);
  await clock.advance(2_000);
  expect(near()).toEqual([idOf('later')]);
  await clock.advance(1.5 * HOUR_MS - 2_000);
  expect(near()).toEqual([idOf('later')]);
  await clock.advance(2_000);
  expect(near()).toEqual([]);
});

test('one that repeats comes again', async () => {
  const { clock, put, near, scheduled } = aWorldOfMeetings();
  put('daily', HOUR_MS / 2, { rrule: 'FREQ=DAILY' });
  await clock.advance(1);
  const [first] = scheduled.near('default');
  await clock.advance(2 * HOUR_MS);
  expect(near()).toEqual([]);
  await clock.advance(22 * HOUR_MS);
  expect(scheduled.near('default')).toEqual([
    { ...first, startMs: first!.startMs + 24 * HOUR_MS, endMs: first!.endMs + 24 * HOUR_MS },
  ]);
});

test('a changed schedule counts, one that was called off, ended or cannot be read does not', async () => {
  const { clock, put, remove, near } = aWorldOfMeetings();
  put('moved', HOUR_MS / 2);
  put('gone', HOUR_MS / 2);
  put('ended', HOUR_MS / 2);
  put('odd', HOUR_MS / 2, { rrule: 'FREQ=WEEKLY;BYDAY=XX' });
  await clock.advance(100);
  expect(near().toSorted()).toEqual([idOf('moved'), idOf('gone'), idOf('ended')].toSorted());
  put('moved', 5 * HOUR_MS);
  remove('gone');
  put('ended', HOUR_MS / 2, {}, { ended: true });
  await clock.advance(100);
  expect(near()).toEqual([]);
  await clock.advance(4.5 * HOUR_MS);
  expect(near()).toEqual([idOf('moved')]);
});

test('as many are expected as came the last times, as soon as its status says so', async () => {
  const { clock, put, scheduled } = aWorldOfMeetings();
  const gatherings = [{ endedAt: '2026-01-01T00:00:00Z', peak: 40 }];
  put('weekly', HOUR_MS / 2, {}, { expectedParticipants: 5 });
  await clock.advance(100);
  expect(scheduled.near('default')).toMatchObject([{ expectedParticipants: 5 }]);
  put('weekly', HOUR_MS / 2, {}, { expectedParticipants: 5, gatherings });
  await clock.advance(100);
  expect(scheduled.near('default')).toMatchObject([{ expectedParticipants: 40 }]);
});

test('says when each takes place, and when that is another time', async () => {
  const { clock, scheduled, put } = aWorldOfMeetings();
  const changed: string[] = [];
  scheduled.subscribe((key) => changed.push(key));
  put('once', HOUR_MS);
  put('odd', HOUR_MS, { rrule: 'FREQ=WEEKLY;BYDAY=XX' });
  expect(scheduled.timeOf('default/once')).toBeUndefined();
  await clock.advance(100);
  expect(scheduled.timeOf('default/once')).toMatchObject({ kind: 'Known' });
  expect(scheduled.timeOf('default/odd')).toMatchObject({ kind: 'Unreadable' });
  expect(changed).toEqual(['default/once', 'default/odd']);
  await clock.advance(2 * HOUR_MS);
  expect(scheduled.timeOf('default/once')).toEqual({ kind: 'Over' });
  expect(changed).toEqual(['default/once', 'default/odd', 'default/once']);
});

test('it ends with its timers and its subscription', () => {
  const { clock, scheduled, put, listeners } = aWorldOfMeetings();
  put('soon', HOUR_MS);
  scheduled.close();
  expect(clock.pendingTimers).toBe(0);
  expect(listeners.size).toBe(0);
});
