/** Whose turn it is to record: in order of creation, within the limits. What waits is never refused. */

export interface RecordingLimits {
  readonly perNamespace: number;
  readonly overall: number;
  /** Of a pool (by key); undefined: it has none of its own. */
  readonly ofPool: (pool: string) => number | undefined;
}

export interface QueueEntry {
  /** namespace/name of the RecordingJob. */
  readonly key: string;
  readonly namespace: string;
  /** Key of the pool that it counts for. */
  readonly pool: string | undefined;
  readonly createdAtMs: number;
  /**
   * Unseen: it was not looked at yet, so it may want its turn before those that were made after it. Waiting: it could start. Recording:
   * it has had its turn, and its recorder is not over.
   */
  readonly state: 'Unseen' | 'Waiting' | 'Recording';
}

export type QueueLimit = 'Namespace' | 'Pool' | 'Installation';

export interface QueuePlace {
  /** Among those that wait for the same; 1 is next. */
  readonly position: number;
  readonly limit: QueueLimit;
}

export interface QueueDecision {
  /** In the order of their turns. */
  readonly admitted: readonly string[];
  /** Of those that wait, but for those of which that can't be said yet. */
  readonly places: ReadonlyMap<string, QueuePlace>;
}

export function planQueue(entries: Iterable<QueueEntry>, limits: RecordingLimits): QueueDecision {
  const all = [...entries];
  const running = createTally();
  const waiting = createTally();
  const undecided = new Set<string>();
  const admitted: string[] = [];
  const places = new Map<string, QueuePlace>();
  for (const entry of all) if (entry.state === 'Recording') running.add(entry);
  for (const entry of all.filter(({ state }) => state !== 'Recording').toSorted(byCreation)) {
    if (entry.state === 'Unseen') undecided.add(entry.namespace);
    if (undecided.has(entry.namespace)) continue;
    const limit = limitOf(entry, running, limits);
    if (limit === undefined) {
      admitted.push(entry.key);
      running.add(entry);
    } else {
      waiting.add(entry, limit);
      places.set(entry.key, { position: waiting.of(entry, limit), limit });
    }
  }
  return { admitted, places };
}

/** What holds it back; undefined: nothing. */
function limitOf(entry: QueueEntry, running: Tally, limits: RecordingLimits): QueueLimit | undefined {
  if (running.of(entry, 'Namespace') >= limits.perNamespace) return 'Namespace';
  const ofPool = entry.pool === undefined ? undefined : limits.ofPool(entry.pool);
  if (ofPool !== undefined && running.of(entry, 'Pool') >= ofPool) return 'Pool';
  return running.of(entry, 'Installation') >= limits.overall ? 'Installation' : undefined;
}

/** Creation is told in whole seconds. */
function byCreation(a: QueueEntry, b: QueueEntry): number {
  return a.createdAtMs - b.createdAtMs || (a.key < b.key ? -1 : 1);
}

interface Tally {
  /** For all limits, or for one. */
  add(entry: QueueEntry, limit?: QueueLimit): void;
  of(entry: QueueEntry, limit: QueueLimit): number;
}

const LIMITS: readonly QueueLimit[] = ['Namespace', 'Pool', 'Installation'];

function createTally(): Tally {
  const counts = new Map<string, number>();
  const keyOf = ({ namespace, pool = '' }: QueueEntry, limit: QueueLimit): string =>
    ({ Namespace: `namespace ${namespace}`, Pool: `pool ${pool}`, Installation: 'all' })[limit];
  return {
    add: (entry, limit) => {
      for (const each of limit === undefined ? LIMITS : [limit]) {
        const key = keyOf(entry, each);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    },
    of: (entry, limit) => counts.get(keyOf(entry, limit)) ?? 0,
  };
}
