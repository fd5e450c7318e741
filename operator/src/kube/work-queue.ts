import { backoffMs } from '@parley/process/backoff.js';
import type { Clock } from './clock.js';
import { createDelayHeap } from './delay-heap.js';
import { createFifo } from './fifo.js';
import type { KubeMetrics } from './metrics.js';

/**
 * Keys to work on: each stands in it once, and no key is given out again before it is done. A key that is added
 * while it is worked on comes again afterwards, so no change is lost.
 */
export interface WorkQueue {
  /** Keys that could be taken now. */
  readonly depth: number;
  /** Keys taken and not yet done. */
  readonly active: number;
  readonly add: (key: string) => void;
  /** Adds a key that may wait for those which `add` adds; it is then one of theirs when it is added again. */
  addBulk(key: string): void;
  /** Adds the key later; of several times for one key the earliest wins. */
  addAfter(key: string, delayMs: number): void;
  /** Adds the key after its own exponential backoff, or after `leastMs` if that is longer. */
  retry(key: string, leastMs?: number): void;
  /** Ends the key's row of failures. */
  forget(key: string): void;
  /** Failures in a row. */
  failures(key: string): number;
  take(): string | undefined;
  /** What was taken is finished, well or not. */
  done(key: string): void;
  /** Drops all that waits. */
  clear(): void;
  close(): void;
}

export interface WorkQueueDeps {
  readonly name: string;
  /** Called when there may be something to take. */
  readonly onReady: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: KubeMetrics;
  readonly backoffBaseMs?: number;
  readonly backoffCapMs?: number;
}

const BACKOFF_BASE_MS = 5;
const BACKOFF_CAP_MS = 60_000;
/** While others come without end, one in so many is taken from the bulk. */
const BULK_EVERY = 4;

export function createWorkQueue(deps: WorkQueueDeps): WorkQueue {
  const { clock, metrics } = deps;
  const labels = { name: deps.name, controller: deps.name };
  const baseMs = deps.backoffBaseMs ?? BACKOFF_BASE_MS;
  const capMs = deps.backoffCapMs ?? BACKOFF_CAP_MS;
  const ready = createFifo<string>();
  const bulk = createFifo<string>();
  /** Keys that stand in `bulk` and nowhere else: others in it have been taken already. */
  const inBulk = new Set<string>();
  let sinceBulk = 0;
  /** When a key was asked for: it stands in `ready`, or waits for its own worker. */
  const askedAtMs = new Map<string, number>();
  const startedAtMs = new Map<string, number>();
  const delayed = createDelayHeap();
  const failures = new Map<string, number>();
  let cancelTimer: (() => void) | undefined;
  let closed = false;

  const ask = (key: string): boolean => {
    if (closed || askedAtMs.has(key)) return false;
    askedAtMs.set(key, clock.monotonicMs());
    metrics.queueAdds.inc(labels);
    return !startedAtMs.has(key);
  };
  const add = (key: string): void => {
    if (!inBulk.delete(key) && !ask(key)) return;
    ready.push(key);
    deps.onReady();
  };
  const addBulk = (key: string): void => {
    if (!ask(key)) return;
    inBulk.add(key);
    bulk.push(key);
    deps.onReady();
  };
  const takeBulk = (): string | undefined => {
    let key = bulk.shift();
    while (key !== undefined && !inBulk.delete(key)) key = bulk.shift();
    if (key !== undefined) sinceBulk = 0;
    return key;
  };
  const takeNext = (): string | undefined => {
    if (sinceBulk >= BULK_EVERY - 1 || ready.length === 0) return takeBulk() ?? ready.shift();
    sinceBulk += 1;
    return ready.shift();
  };
  const armTimer = (): void => {
    cancelTimer?.();
    const dueAtMs = delayed.nextDueAtMs();
    cancelTimer = dueAtMs === undefined ? undefined : clock.after(dueAtMs - clock.monotonicMs(), releaseDue);
  };
  const releaseDue = (): void => {
    const nowMs = clock.monotonicMs();
    for (let key = delayed.takeDue(nowMs); key !== undefined; key = delayed.takeDue(nowMs)) add(key);
    armTimer();
  };
  const addAfter = (key: string, delayMs: number): void => {
    if (closed) return;
    metrics.queueRetries.inc(labels);
    if (delayMs <= 0) add(key);
    else if (delayed.schedule(key, clock.monotonicMs() + delayMs)) armTimer();
  };

  metrics.queueAdds.inc(labels, 0);
  metrics.queueRetries.inc(labels, 0);
  const stopScrapes = metrics.beforeScrape(() => {
    const nowMs = clock.monotonicMs();
    let sumMs = 0;
    let longestMs = 0;
    for (const startMs of startedAtMs.values()) {
      sumMs += nowMs - startMs;
      longestMs = Math.max(longestMs, nowMs - startMs);
    }
    metrics.queueDepth.set(labels, ready.length + inBulk.size);
    metrics.unfinishedWorkSeconds.set(labels, sumMs / 1000);
    metrics.longestRunningSeconds.set(labels, longestMs / 1000);
  });

  return {
    get depth() {
      return ready.length + inBulk.size;
    },
    get active() {
      return startedAtMs.size;
    },
    add,
    addBulk,
    addAfter,
    retry: (key, leastMs = 0) => {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      addAfter(key, Math.max(leastMs, backoffMs({ firstMs: baseMs, lastMs: capMs }, count, deps.random())));
    },
    forget: (key) => {
      failures.delete(key);
    },
    failures: (key) => failures.get(key) ?? 0,
    take: () => {
      const key = takeNext();
      if (key === undefined) return undefined;
      const nowMs = clock.monotonicMs();
      metrics.queueSeconds.observe(labels, (nowMs - (askedAtMs.get(key) ?? nowMs)) / 1000);
      askedAtMs.delete(key);
      startedAtMs.set(key, nowMs);
      return key;
    },
    done: (key) => {
      const startMs = startedAtMs.get(key);
      if (startMs === undefined) return;
      startedAtMs.delete(key);
      metrics.workSeconds.observe(labels, (clock.monotonicMs() - startMs) / 1000);
      if (!askedAtMs.has(key)) return;
      ready.push(key);
      deps.onReady();
    },
    clear: () => {
      ready.clear();
      bulk.clear();
      inBulk.clear();
      askedAtMs.clear();
      delayed.clear();
      failures.clear();
      armTimer();
    },
    close: () => {
      closed = true;
      cancelTimer?.();
      stopScrapes();
    },
  };
}
