import type { RecordingJobStatus } from '@parley/crds/recording-job.js';
import { describe, expect, test } from 'vitest';
import { NOW_MS } from '../testing/builders.js';
import { aBatch, aRecordingWorld, aReport, aRunningWorld } from '../testing/recording-worlds.js';
import { planRecording } from './plan.js';
import { isRecordingNews, statusOfRecording } from './recording-status.js';
import type { RecordingWorld } from './world.js';

const statusOf = (world: RecordingWorld): RecordingJobStatus =>
  statusOfRecording({
    ...{ world, plan: planRecording(world), generation: 1 },
    ...{ meetingId: 'abc-defg-hij', pool: 'eu', location: 's3://recordings/default/abc-defg-hij/uid/' },
  }) ?? {};
const condition = (
  status: RecordingJobStatus,
  type: string,
): NonNullable<RecordingJobStatus['conditions']>[number] | undefined =>
  status.conditions?.find((each) => each.type === type);

describe('the status', () => {
  test('of one that waits says its place, and nothing of a store that holds nothing of it', () => {
    const status = statusOf(aRecordingWorld({ turn: { type: 'Waiting', place: { position: 3, limit: 'Namespace' } } }));
    expect(status).toMatchObject({ phase: 'Queued', queuePosition: 3 });
    expect(status).not.toHaveProperty('location');
    expect(condition(status, 'Complete')).toMatchObject({ status: 'False', reason: 'QueuedForNamespace' });
    expect(condition(status, 'Complete')?.message).toMatch(/Place 3\.$/);
  });

  test('of one whose turn came keeps for which pool it counts, and where it stores', () => {
    const status = statusOf(aRecordingWorld());
    expect(status).toMatchObject({ phase: 'Starting', pool: 'eu', location: expect.stringMatching(/^s3:/) as string });
    const later = statusOfRecording({
      ...{ world: aRunningWorld({ status }), plan: planRecording(aRunningWorld({ status })), generation: 1 },
      ...{ meetingId: undefined, pool: 'us', location: 'elsewhere' },
    });
    expect(later).toMatchObject({ pool: 'eu', location: status.location, meetingId: 'abc-defg-hij' });
  });

  test('of one that records says what the recorder reports', () => {
    const gaps = [{ track: 't', startSeconds: 1, seconds: 2.5, reason: 'RelayLost' } as const];
    const report = aReport({ missingMs: 2_500, gaps, storageWaiting: { reason: 'StorageUnreachable', message: 'no' } });
    const status = statusOf(aRunningWorld({ report }));
    expect(status).toMatchObject({
      ...{ phase: 'Recording', recordedSeconds: 60, missingSeconds: 3, tracks: 2, segments: 30, gaps },
      ...{ recorder: 'rec-1-abcde', attempts: 1, startedAt: '2026-01-01T11:59:00Z' },
    });
    expect(condition(status, 'Storing')).toMatchObject({ status: 'False', reason: 'StorageUnreachable' });
  });

  test('keeps what was reported while nobody reports', () => {
    const before = statusOf(aRunningWorld());
    const status = statusOf(aRunningWorld({ status: before, report: undefined, pod: undefined }));
    expect(status).toMatchObject({ phase: 'Recording', recordedSeconds: 60, startedAt: before.startedAt });
    expect(condition(status, 'Complete')).toMatchObject({ reason: 'RecorderReplaced' });
    expect(condition(status, 'Storing')).toMatchObject({ status: 'True' });
  });

  test('of one that is done says when its data will be deleted, and follows retentionDays', () => {
    const done = statusOf(
      aRunningWorld({ report: aReport({ phase: 'Done', endedAtMs: NOW_MS, endReason: 'Stopped' }) }),
    );
    expect(done).toMatchObject({
      ...{ phase: 'Completed', endReason: 'Stopped', endedAt: '2026-01-01T12:00:00Z' },
      ...{ finishedAt: '2026-01-01T12:00:00Z', expiresAt: '2026-04-01T12:00:00Z' },
    });
    expect(condition(done, 'Stored')).toMatchObject({ status: 'True', reason: 'DataStored' });
    const later = statusOf(aRecordingWorld({ status: done, spec: { retentionDays: 1 } }));
    expect(later.expiresAt).toBe('2026-01-02T12:00:00Z');
    expect(statusOf(aRecordingWorld({ status: done, spec: { retentionDays: 0 } }))).not.toHaveProperty('expiresAt');
  });

  test('of one whose data was deleted says so, once', () => {
    const done = statusOf(aRunningWorld({ report: aReport({ phase: 'Done', endedAtMs: NOW_MS }) }));
    const nowMs = NOW_MS + 90 * 86_400_000;
    const world = aRecordingWorld({ status: done, nowMs, deletion: aBatch({ state: 'Complete' }) });
    const deleted = statusOf(world);
    expect(deleted).toMatchObject({ phase: 'Completed', deletedAt: '2026-04-01T12:00:00Z' });
    expect(deleted).not.toHaveProperty('expiresAt');
    expect(condition(deleted, 'Stored')).toMatchObject({ status: 'False', reason: 'RetentionOver' });
    expect(condition(deleted, 'Complete')).toEqual(condition(done, 'Complete'));
    expect(statusOf({ ...world, status: deleted, nowMs: nowMs + 60_000, isDeleting: true })).toEqual(deleted);
  });

  test('of one that never began says that there is nothing to keep', () => {
    const status = statusOf(aRecordingWorld({ spec: { stop: true } }));
    expect(condition(status, 'Stored')).toMatchObject({ status: 'False', reason: 'NothingStored' });
    expect(status).not.toHaveProperty('expiresAt');
  });

  test('of one that its store let nothing into says that there is nothing to keep', () => {
    const failure = { reason: 'BucketNotFound', message: '' } as const;
    const begun = { phase: 'Starting', location: 's3://bucket/x/' } as const;
    const report = aReport({ phase: 'Failed', failure, startedAtMs: undefined });
    const status = statusOf(aRunningWorld({ status: begun, report }));
    expect(condition(status, 'Stored')).toMatchObject({ status: 'False', reason: 'NothingStored' });
    expect(condition(status, 'Storing')).toBeUndefined();
    expect(status).not.toHaveProperty('expiresAt');
    expect(condition(statusOf(aRecordingWorld({ status })), 'Stored')).toMatchObject({ reason: 'NothingStored' });
  });

  test('says no more of another’s message than a status holds', () => {
    const failure = { reason: 'StorageDenied', message: 'x'.repeat(9_999) } as const;
    const status = statusOf(aRunningWorld({ report: aReport({ phase: 'Failed', failure }) }));
    expect(condition(status, 'Complete')?.message).toHaveLength(512);
  });
});

describe('what is written at once', () => {
  const before = statusOf(aRunningWorld());
  test.each<[string, RecordingWorld, boolean]>([
    ['that it records on', aRunningWorld({ report: aReport({ recordedMs: 99_000, segments: 50, tracks: 3 }) }), false],
    ['a gap', aRunningWorld({ report: aReport({ missingMs: 1_000 }) }), false],
    [
      'that the store can’t be reached',
      aRunningWorld({ report: aReport({ storageWaiting: { reason: 'StorageUnreachable', message: '' } }) }),
      true,
    ],
    ['that it is to stop', aRunningWorld({ spec: { stop: true } }), true],
    ['that it composes', aRunningWorld({ report: aReport({ phase: 'Composing' }) }), true],
  ])('%s: %#', (_, world, isNews) => {
    expect(isRecordingNews(before, statusOf({ ...world, status: before }))).toBe(isNews);
  });

  test('its place in the queue is not', () => {
    const at = (position: number): RecordingJobStatus =>
      statusOf(aRecordingWorld({ turn: { type: 'Waiting', place: { position, limit: 'Pool' } } }));
    expect(isRecordingNews(at(3), at(2))).toBe(false);
    expect(isRecordingNews(undefined, at(2))).toBe(true);
  });
});
