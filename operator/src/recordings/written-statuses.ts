/** Statuses as they were written last: those stand over what the cache still says. */
import type { RecordingJob, RecordingJobStatus } from '@parley/crds/recording-job.js';
import { isSameJson } from '../core/status/same-json.js';
import { isRecordingNews } from '../core/recording/recording-status.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { KubeError } from '../kube/kube-error.js';
import { isAtLeastVersion, objectKey } from '../kube/kube-resource.js';
import type { CountWrites } from '../meetings/count-writes.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import { RECORDING_JOBS } from '../resources/parley-resources.js';

export interface WrittenStatuses {
  of(job: RecordingJob): RecordingJobStatus | undefined;
  /** Writes what is news at once, and counts when they are granted a write. */
  write(job: RecordingJob, next: RecordingJobStatus, signal: AbortSignal): Promise<void>;
  /** Counts of the RecordingJob have changed. */
  touch(key: string): void;
  forget(key: string): void;
}

export interface WrittenStatusesDeps {
  readonly writer: Pick<ObjectWriter, 'applyStatus'>;
  readonly counts: CountWrites;
  readonly metrics: Pick<OperatorMetrics, 'statusWrites'>;
  readonly clock: Clock;
  readonly enqueue: (key: string) => void;
}

interface Written {
  readonly uid: string;
  readonly status: RecordingJobStatus;
  readonly resourceVersion: string;
  readonly atMs: number;
}

/** What goes on all the time, such as the seconds that were recorded, is written no more often. */
const PROGRESS_MS = 15_000;

export function createWrittenStatuses(deps: WrittenStatusesDeps): WrittenStatuses {
  const written = new Map<string, Written>();
  const countsKey = (key: string): string => `recording ${key}`;

  const of = (job: RecordingJob): RecordingJobStatus | undefined => {
    const last = written.get(objectKey(job.metadata));
    const isNewer =
      last?.uid === job.metadata.uid && !isAtLeastVersion(job.metadata.resourceVersion, last.resourceVersion);
    return isNewer ? last.status : job.status;
  };
  const wish = (key: string): void => {
    deps.counts.touch(countsKey(key), {
      difference: () => 1,
      writtenAtMs: () => written.get(key)?.atMs ?? Number.NEGATIVE_INFINITY,
      grant: () => deps.enqueue(key),
    });
  };
  return {
    of,
    write: async (job, next, signal) => {
      const key = objectKey(job.metadata);
      const previous = of(job);
      const isGranted = deps.counts.take(countsKey(key));
      const isNews = isRecordingNews(previous, next);
      if (previous !== undefined && isSameJson(previous, next)) return;
      if (!isNews && !isGranted) {
        if (previous?.queuePosition !== next.queuePosition) wish(key);
        return;
      }
      const { name, namespace, uid } = job.metadata;
      const desired = { metadata: { name, namespace, uid }, status: next };
      const applied = await deps.writer.applyStatus(RECORDING_JOBS, desired, { signal }).catch(undefinedIfGone);
      if (applied === undefined) return;
      deps.metrics.statusWrites.inc({ kind: 'RecordingJob', cause: isNews ? 'Change' : 'Counts' });
      const { resourceVersion } = applied;
      written.set(key, { uid, status: next, resourceVersion, atMs: deps.clock.monotonicMs() });
    },
    touch: (key) => {
      const atMs = written.get(key)?.atMs ?? Number.NEGATIVE_INFINITY;
      if (deps.clock.monotonicMs() - atMs >= PROGRESS_MS) wish(key);
    },
    forget: (key) => {
      written.delete(key);
    },
  };
}

function undefinedIfGone(error: unknown): undefined {
  if (error instanceof KubeError && (error.code === 'NotFound' || error.code === 'Conflict')) return undefined;
  throw error;
}
