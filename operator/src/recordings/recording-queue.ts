/** The turns of RecordingJobs, in the leader's memory: begun from what their statuses say, and decided anew when one of them changes. */
import type { RecordingJob } from '@parley/crds/recording-job.js';
import { planQueue, type QueueEntry, type QueuePlace, type RecordingLimits } from '../core/recording/queue.js';
import { isOver, type Turn } from '../core/recording/world.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';

export interface RecordingQueue {
  turnOf(key: string): Turn;
  /** It could start now, and counts for that pool. */
  wants(key: string, pool: string | undefined): void;
  /** It has begun; also one that an earlier leader let begin. */
  holds(key: string, pool: string | undefined): void;
  /** It is over, or could not start if it were its turn. */
  leaves(key: string): void;
  /** Calls `listener` with each whose turn came, or whose place has changed. */
  subscribe(listener: (key: string) => void): () => void;
  readonly waiting: number;
  readonly recording: number;
  close(): void;
}

export interface RecordingQueueDeps {
  readonly recordings: ObjectCache<RecordingJob>;
  readonly changes: KeySource;
  readonly limits: RecordingLimits;
  /** Of pools, whose limits may be others then. */
  readonly poolChanges: KeySource;
  readonly clock: Clock;
}

/** What comes together is decided on together. */
const GATHER_MS = 50;

export function createRecordingQueue(deps: RecordingQueueDeps): RecordingQueue {
  const entries = new Map<string, QueueEntry>();
  const listeners = new Set<(key: string) => void>();
  let places: ReadonlyMap<string, QueuePlace> = new Map();
  let cancel: (() => void) | undefined;

  const decide = (): void => {
    cancel = undefined;
    const decision = planQueue(entries.values(), deps.limits);
    const before = places;
    places = decision.places;
    for (const key of decision.admitted) {
      const entry = entries.get(key);
      if (entry !== undefined) entries.set(key, { ...entry, state: 'Recording' });
    }
    const moved = [...places].filter(([key, place]) => {
      const old = before.get(key);
      return old?.position !== place.position || old.limit !== place.limit;
    });
    for (const key of [...decision.admitted, ...moved.map(([moving]) => moving)])
      for (const listener of listeners) listener(key);
  };
  const decideSoon = (): void => {
    cancel ??= deps.clock.after(GATHER_MS, decide);
  };
  const put = (key: string, state: QueueEntry['state'], pool: string | undefined): void => {
    const before = entries.get(key);
    const job = deps.recordings.get(key);
    if (job === undefined) return;
    if (before?.state === state && before.pool === pool) return;
    const { namespace, creationTimestamp } = job.metadata;
    entries.set(key, { key, namespace, pool, createdAtMs: Date.parse(creationTimestamp), state });
    decideSoon();
  };
  const drop = (key: string): void => {
    if (entries.delete(key)) decideSoon();
  };
  const seen = new Set<string>();
  const notice = (key: string): void => {
    const job = deps.recordings.get(key);
    if (job === undefined) {
      seen.delete(key);
      drop(key);
      return;
    }
    if (seen.has(key)) return;
    seen.add(key);
    const phase = job.status?.phase ?? 'Queued';
    if (isOver(job.status)) return;
    put(key, phase === 'Queued' ? 'Unseen' : 'Recording', phase === 'Queued' ? undefined : poolOf(job));
  };
  const unsubscribe = [deps.changes.subscribe(notice), deps.poolChanges.subscribe(decideSoon)];
  for (const job of deps.recordings.values()) notice(objectKey(job.metadata));

  return {
    turnOf: (key) => {
      if (entries.get(key)?.state === 'Recording') return { type: 'Admitted' };
      const place = places.get(key);
      return place === undefined ? { type: 'Undecided' } : { type: 'Waiting', place };
    },
    wants: (key, pool) => {
      // Whose turn has come keeps it.
      if (entries.get(key)?.state !== 'Recording') put(key, 'Waiting', pool);
    },
    holds: (key, pool) => put(key, 'Recording', pool),
    leaves: drop,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get waiting() {
      return places.size;
    },
    get recording() {
      let count = 0;
      for (const { state } of entries.values()) if (state === 'Recording') count += 1;
      return count;
    },
    close: () => {
      for (const end of unsubscribe) end();
      cancel?.();
      listeners.clear();
    },
  };
}

/** Whose limit it counted for when it began. */
export function poolOf({ metadata, status }: RecordingJob): string | undefined {
  return status?.pool === undefined ? undefined : `${metadata.namespace}/${status.pool}`;
}
