import { describe, expect, test } from 'vitest';
import { NOW_MS } from '../testing/builders.js';
import { aBatch, aRecorder, aRecordingWorld, aReport, aRunningWorld } from '../testing/recording-worlds.js';
import { planRecording } from './plan.js';
import type { RecordingPlan } from './recording-plan.js';
import type { RecordingWorld } from './world.js';

const DAY_MS = 86_400_000;
const typesOf = ({ actions }: RecordingPlan): string[] => actions.map(({ type }) => type);
const ended = { phase: 'Completed', finishedAt: '2026-01-01T12:00:00Z', location: 's3://recordings/x/' } as const;

describe('one that has not begun', () => {
  test.each<[string, Parameters<typeof aRecordingWorld>[0], string, string]>([
    [
      'waits for its turn',
      { turn: { type: 'Waiting', place: { position: 3, limit: 'Pool' } } },
      'Queued',
      'QueuedForPool',
    ],
    ['waits for people', { meeting: { type: 'Open', people: 0, emptySinceMs: NOW_MS } }, 'Queued', 'WaitsForPeople'],
    ['waits for a Meeting that may come', { meeting: { type: 'Missing' } }, 'Queued', 'MeetingNotFound'],
    [
      'fails when no Meeting comes',
      { meeting: { type: 'Missing' }, createdAtMs: NOW_MS - 60_000 },
      'Failed',
      'MeetingNotFound',
    ],
    ['fails for a meeting that has ended', { meeting: { type: 'Ended' } }, 'Failed', 'MeetingEnded'],
    ['is over when it is stopped', { spec: { stop: true } }, 'Failed', 'StoppedInQueue'],
    ['waits for its Secret', { storage: { type: 'SecretMissing', detail: 'no' } }, 'Queued', 'StorageSecretMissing'],
  ])('%s', (_, world, phase, reason) => {
    const plan = planRecording(aRecordingWorld(world));
    expect(plan.stage).toMatchObject({ phase, reason });
    expect(plan.actions).toEqual([]);
  });

  test('when its turn comes, its finalizer stands before its recorder', () => {
    const plan = planRecording(aRecordingWorld({ hasFinalizer: false }));
    expect(typesOf(plan)).toEqual(['AddFinalizer', 'CreateRecorder']);
    expect(plan.stage).toMatchObject({ phase: 'Starting', reason: 'RecorderStarting' });
  });

  test('says nothing while its place is not known', () => {
    expect(planRecording(aRecordingWorld({ turn: { type: 'Undecided' } }))).toMatchObject({
      actions: [],
      stage: undefined,
    });
  });

  test('goes at once when it is deleted', () => {
    expect(typesOf(planRecording(aRecordingWorld({ isDeleting: true })))).toEqual(['RemoveFinalizer']);
  });
});

describe('one that records', () => {
  test('is left alone, and looked at when its time is up', () => {
    const plan = planRecording(aRunningWorld());
    expect(plan).toMatchObject({ actions: [], end: undefined, tap: 'rec-1-abcde', stage: { reason: 'RecordingNow' } });
    expect(plan.requeueAfterMs).toBe(3_600_000 - 60_000 + 15_000);
  });

  test.each<[string, Parameters<typeof aRecordingWorld>[0], string]>([
    ['spec.stop', { spec: { stop: true } }, 'Stopped'],
    ['its deletion', { isDeleting: true }, 'Stopped'],
    ['the meeting’s end', { meeting: { type: 'Ended' } }, 'MeetingEnded'],
    ['the meeting’s deletion', { meeting: { type: 'Missing' } }, 'MeetingEnded'],
    ['its time, when the recorder does not heed it', { nowMs: NOW_MS + 3_600_000 }, 'MaxDuration'],
    ['an empty meeting', { meeting: { type: 'Open', people: 0, emptySinceMs: NOW_MS - 315_000 } }, 'MeetingEmpty'],
    [
      'what was decided before, whatever is now',
      { status: { phase: 'Recording', startedAt: '2026-01-01T11:59:00Z', endReason: 'Stopped' } },
      'Stopped',
    ],
    ['what the recorder says', { report: aReport({ endReason: 'MaxDuration' }) }, 'MaxDuration'],
  ])('is stopped by %s', (_, world, end) => {
    const plan = planRecording(aRunningWorld(world));
    expect(plan.end).toBe(end);
    expect(plan.stage).toMatchObject({ phase: 'Recording', reason: 'RecordingStops' });
  });

  test('is not stopped while somebody may come back', () => {
    const meeting = { type: 'Open', people: 0, emptySinceMs: NOW_MS - 314_999 } as const;
    expect(planRecording(aRunningWorld({ meeting }))).toMatchObject({ end: undefined, requeueAfterMs: 1 });
  });

  test.each<[string, Partial<RecordingWorld>, string, string]>([
    ['composes', { report: aReport({ phase: 'Composing', endReason: 'Stopped' }) }, 'Finalizing', 'Composing'],
    ['checks', { report: aReport({ phase: 'Checking', endReason: 'Stopped' }) }, 'Finalizing', 'Checking'],
    ['is done', { report: aReport({ phase: 'Done' }) }, 'Completed', 'RecordingComplete'],
    ['is done, with gaps', { report: aReport({ phase: 'Done', missingMs: 4_000 }) }, 'Completed', 'RecordingHasGaps'],
    [
      'has failed',
      { report: aReport({ phase: 'Failed', failure: { reason: 'BucketNotFound', message: 'none' } }) },
      'Failed',
      'BucketNotFound',
    ],
    [
      'gave up',
      { report: undefined, pod: undefined, batch: aBatch({ state: 'Failed', failedReason: 'BackoffLimitExceeded' }) },
      'Failed',
      'RecorderGaveUp',
    ],
    [
      'took too long',
      { report: undefined, pod: undefined, batch: aBatch({ state: 'Failed', failedReason: 'DeadlineExceeded' }) },
      'Failed',
      'RecorderTimedOut',
    ],
    [
      'left no word',
      { report: undefined, pod: undefined, batch: aBatch({ state: 'Complete', finishedAtMs: NOW_MS - 10_000 }) },
      'Failed',
      'OutcomeUnknown',
    ],
    [
      'cannot be scheduled',
      {
        report: undefined,
        pod: aRecorder({
          isRunning: false,
          isHeard: false,
          obstacle: { reason: 'RecorderUnschedulable', detail: 'no' },
        }),
      },
      'Recording',
      'RecorderUnschedulable',
    ],
    ['is lost', { report: undefined, pod: undefined }, 'Recording', 'RecorderReplaced'],
    ['does not answer', { report: undefined, pod: aRecorder({ isHeard: false }) }, 'Recording', 'RecorderUnreachable'],
  ])('whose recorder %s', (_, world, phase, reason) => {
    expect(planRecording(aRunningWorld(world)).stage).toMatchObject({ phase, reason });
  });

  const lost = { pod: aRecorder({ isHeard: false, lostForMs: 5_000 }) };
  test('gets another recorder when its own is not heard any more', () => {
    expect(planRecording(aRunningWorld(lost)).actions).toEqual([
      { type: 'DeleteRecorder', reason: 'RecorderReplaced' },
      { type: 'CreateRecorder', reason: 'RecorderReplaced' },
    ]);
  });

  test.each<[string, Partial<RecordingWorld>]>([
    [
      'for so short a time that its process may be started again',
      { pod: aRecorder({ isHeard: false, lostForMs: 4_000 }) },
    ],
    ['that this leader has never heard', { pod: aRecorder({ isHeard: false }), report: undefined }],
    ['while no node of the meeting is heard either', { ...lost, hearsMeeting: false }],
    [
      'whose disk holds what the store does not',
      { ...lost, report: aReport({ storageWaiting: { reason: 'StorageUnreachable', message: '' } }) },
    ],
    ['that composes', { ...lost, report: aReport({ phase: 'Composing' }) }],
    ['after as many as there may be', { pod: aRecorder({ isHeard: false, lostForMs: 9_000, attempts: 20 }) }],
    ['whose Job is on its way out', { ...lost, batch: aBatch({ state: 'Ending' }) }],
  ])('keeps one %s', (_, world) => {
    expect(planRecording(aRunningWorld(world)).actions).toEqual([]);
  });

  test('looks again when its process should be there again', () => {
    const pod = aRecorder({ isHeard: false, lostForMs: 4_000 });
    expect(planRecording(aRunningWorld({ pod })).requeueAfterMs).toBe(1_000);
  });

  test('gets another recorder when someone has deleted its Job', () => {
    expect(typesOf(planRecording(aRunningWorld({ batch: undefined, pod: undefined })))).toEqual(['CreateRecorder']);
  });

  test('has no tap once it composes', () => {
    expect(planRecording(aRunningWorld({ report: aReport({ phase: 'Composing' }) })).tap).toBeUndefined();
  });

  test('is over at once when it is stopped before any recorder ran', () => {
    const world = {
      spec: { stop: true },
      status: { phase: 'Starting' },
      report: undefined,
      pod: aRecorder({ isRunning: false }),
    } as const;
    expect(planRecording(aRunningWorld(world)).stage).toMatchObject({ phase: 'Failed', reason: 'StoppedInQueue' });
  });
});

describe('one that is over', () => {
  const over = (world: Parameters<typeof aRecordingWorld>[0] = {}): RecordingPlan =>
    planRecording(aRecordingWorld({ status: ended, ...world }));

  test('its Job goes, and it is looked at when its retention is over, at least daily', () => {
    expect(over({ batch: aBatch() })).toMatchObject({ data: 'DataStored', requeueAfterMs: DAY_MS });
    expect(typesOf(over({ batch: aBatch() }))).toEqual(['DeleteRecorder']);
    expect(over({ nowMs: NOW_MS + 90 * DAY_MS - 5_000 }).requeueAfterMs).toBe(5_000);
  });

  test('with retention 0 nothing is ever deleted', () => {
    const plan = over({ spec: { retentionDays: 0 }, nowMs: NOW_MS + 9_999 * DAY_MS });
    expect(plan).toMatchObject({ actions: [], data: 'DataStored', requeueAfterMs: undefined });
  });

  const nowMs = NOW_MS + 90 * DAY_MS;
  test('its data is deleted when retention is over; that it was is written before the Job goes', () => {
    expect(typesOf(over({ nowMs }))).toEqual(['CreateDeletion']);
    expect(over({ nowMs, deletion: aBatch() })).toMatchObject({ actions: [], data: 'DeletingData' });
    const deletion = aBatch({ state: 'Complete' });
    expect(over({ nowMs, deletion })).toMatchObject({ actions: [], data: 'RetentionOver' });
    const status = { ...ended, deletedAt: '2026-04-01T12:00:00Z' };
    expect(typesOf(over({ nowMs, deletion, status }))).toEqual(['DeleteDeletion']);
    expect(over({ nowMs, status }).actions).toEqual([]);
  });

  test('deleting that fails is tried again in an hour', () => {
    for (const failed of [
      aBatch({ state: 'Failed', finishedAtMs: nowMs }),
      aBatch({ state: 'Complete', finishedAtMs: nowMs, failure: { reason: 'StorageDenied', message: 'no' } }),
    ]) {
      expect(over({ nowMs, deletion: failed })).toMatchObject({
        data: 'DeletionFailed',
        actions: [],
        requeueAfterMs: 3_600_000,
      });
      expect(typesOf(over({ nowMs: nowMs + 3_600_000, deletion: failed }))).toEqual(['DeleteDeletion']);
    }
  });

  test('deleted, it goes, and what it has stored stays', () => {
    expect(typesOf(over({ isDeleting: true }))).toEqual(['RemoveFinalizer']);
  });

  test('with deletionPolicy Delete it goes when its data has', () => {
    const spec = { deletionPolicy: 'Delete' } as const;
    expect(typesOf(over({ isDeleting: true, spec }))).toEqual(['CreateDeletion']);
    expect(over({ isDeleting: true, spec, deletion: aBatch() }).actions).toEqual([]);
    const status = { ...ended, deletedAt: '2026-01-01T12:00:00Z' };
    expect(typesOf(over({ isDeleting: true, spec, status, deletion: aBatch({ state: 'Complete' }) }))).toEqual([
      'DeleteDeletion',
      'RemoveFinalizer',
    ]);
  });

  test('one that never began has nothing to delete', () => {
    const status = { phase: 'Failed', finishedAt: '2026-01-01T12:00:00Z' } as const;
    expect(over({ status, nowMs })).toMatchObject({ actions: [], data: 'NothingStored' });
  });
});
