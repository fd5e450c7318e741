import type { RecordingJobStatus } from '@parley/crds/recording-job.js';
import type { RecordingWorld } from './world.js';

const DAY_MS = 86_400_000;

/** Whether there may be something of it in its store. */
export function hasData(status: RecordingJobStatus | undefined): boolean {
  return status?.location !== undefined && status.deletedAt === undefined && !wasRefused(status);
}

/** The store let nothing in before the first of it was recorded. */
function wasRefused({ phase, startedAt, conditions }: RecordingJobStatus): boolean {
  if (phase !== 'Failed' || startedAt !== undefined) return false;
  const reason = conditions?.find(({ type }) => type === 'Complete')?.reason ?? '';
  return ['BucketNotFound', 'StorageDenied', 'NothingRecorded'].includes(reason);
}

/** When what it has stored is to be deleted; undefined: never. */
export function expiresAtMsOf({ status, spec }: Pick<RecordingWorld, 'status' | 'spec'>): number | undefined {
  if (spec.retentionDays === 0 || status?.finishedAt === undefined) return undefined;
  return Date.parse(status.finishedAt) + spec.retentionDays * DAY_MS;
}
