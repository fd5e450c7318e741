import type { Logger } from 'pino';
import { nextWatchStep, type WatchOutcome, type WatchPolicy, type WatchState } from '../core/watch/next-step.js';
import { pause, type Clock } from './clock.js';
import type { KeyBroadcast } from './key-broadcast.js';
import type { KubeClient } from './kube-client.js';
import { KubeError } from './kube-error.js';
import { resourcePath, type KubeObject, type KubeResource } from './kube-resource.js';
import { listAll } from './list-all.js';
import type { KubeMetrics } from './metrics.js';
import type { IndexFunctions, KeySource, ObjectCache } from './object-cache.js';
import { createReflectedCache } from './reflected-cache.js';
import { parseWatchEvent } from './watch-event.js';
import { untilAborted } from './until-aborted.js';
import { WATCH_FAILURE_OF } from './watch-failure.js';

/** Keeps a cache equal to what the API server has. It retries for ever, and ends only by `close()`. */
export interface Reflector<T extends KubeObject, I extends string = never> {
  readonly cache: ObjectCache<T, I>;
  /** Drives controllers by the keys of this kind's objects. */
  readonly changes: KeySource;
  /** Drives controllers by the values of an index: a pod's pool, before and after the change. */
  changesOf(index: I): KeySource;
  /** Whether the first list is complete. */
  hasSynced(): boolean;
  /** Resolves when the first list is complete; rejects when `signal` aborts before. */
  synced(signal: AbortSignal): Promise<void>;
  /** Every change up to this version is in the cache; undefined before the first list. */
  seenVersion(): string | undefined;
  /** Time since the API server last said anything; bookmarks count. Grows when the watch is deaf. */
  lastEventAgeSeconds(): number;
  close(): Promise<void>;
}

export interface ReflectorDeps<T extends KubeObject, I extends string = never> {
  /** In logs and metrics; the resource's plural unless given. */
  readonly name?: string;
  readonly client: KubeClient;
  readonly resource: KubeResource<T>;
  /** All namespaces unless given. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly indexes?: IndexFunctions<T, I>;
  /** Whether a change concerns nobody: it is cached, and not told. Unless given, every change is told. */
  readonly isNoChange?: (before: T, after: T) => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: KubeMetrics;
  readonly log: Logger;
  readonly tuning?: Partial<ReflectorTuning>;
}

export interface ReflectorTuning {
  readonly pageSize: number;
  readonly listDeadlineMs: number;
  /** How long a watch is asked to last; jittered between this and twice this. */
  readonly watchTimeoutMs: number;
  /** The longest silence on a watch. Bookmarks come about once a minute. */
  readonly watchIdleMs: number;
  /** A relist from time to time; jittered between this and twice this. */
  readonly relistMs: number;
  /** Of the wait after a failure; doubles with each in a row. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
}

const DEFAULT_TUNING: ReflectorTuning = {
  pageSize: 500,
  listDeadlineMs: 60_000,
  watchTimeoutMs: 300_000,
  watchIdleMs: 130_000,
  relistMs: 1_800_000,
  backoffBaseMs: 200,
  backoffCapMs: 15_000,
};
/** From asking for a watch to the head of its answer. */
const WATCH_HEADERS_DEADLINE_MS = 15_000;
const RELIST_AFTER_FAILURES = 5;

/** Begins at once. */
export function createReflector<T extends KubeObject, I extends string = never>(
  deps: ReflectorDeps<T, I>,
): Reflector<T, I> {
  const { client, resource, clock, random, metrics } = deps;
  const tuning = { ...DEFAULT_TUNING, ...deps.tuning };
  const policy: WatchPolicy = { ...tuning, relistAfterFailures: RELIST_AFTER_FAILURES };
  const labels = { reflector: deps.name ?? resource.plural };
  const log = deps.log.child(labels);
  const path = resourcePath(resource, { namespace: deps.namespace });
  const selectors = { labelSelector: deps.labelSelector, fieldSelector: deps.fieldSelector };
  const reflected = createReflectedCache<T, I>({
    parse: resource.parse,
    indexes: deps.indexes ?? ({} as IndexFunctions<T, I>),
    isNoChange: deps.isNoChange ?? (() => false),
    log,
    onUnreadable: () => {
      metrics.unreadableObjects.inc(labels);
    },
  });
  const closing = new AbortController();
  const firstList = Promise.withResolvers<undefined>();
  let seenVersion: string | undefined;
  let heardAtMs = clock.monotonicMs();
  let relistAtMs = Number.POSITIVE_INFINITY;

  const between = (leastMs: number): number => leastMs * (1 + random());
  const hear = (): void => {
    heardAtMs = clock.monotonicMs();
  };

  const list = async (state: WatchState): Promise<WatchOutcome> => {
    const query = { ...selectors, limit: state.pageSize };
    const replacing = reflected.startReplacing();
    const resourceVersion = await listAll({
      client,
      path,
      query,
      deadlineMs: tuning.listDeadlineMs,
      signal: closing.signal,
      onPage: (items) => {
        hear();
        replacing.take(items);
      },
    });
    replacing.finish();
    relistAtMs = clock.monotonicMs() + between(tuning.relistMs);
    metrics.lists.inc(labels);
    seenVersion = resourceVersion;
    firstList.resolve(undefined);
    return { kind: 'Listed', resourceVersion };
  };

  const watch = async (progress: WatchProgress): Promise<WatchOutcome> => {
    metrics.watches.inc(labels);
    const timeoutMs = between(tuning.watchTimeoutMs);
    const relistDue = new AbortController();
    const cancelRelist = clock.after(relistAtMs - clock.monotonicMs(), () => {
      relistDue.abort();
    });
    const beganAtMs = clock.monotonicMs();
    try {
      for await (const line of client.lines({
        path,
        query: {
          ...selectors,
          watch: 1,
          allowWatchBookmarks: true,
          resourceVersion: progress.resourceVersion,
          timeoutSeconds: Math.ceil(timeoutMs / 1000),
        },
        signal: AbortSignal.any([closing.signal, relistDue.signal]),
        headersDeadlineMs: WATCH_HEADERS_DEADLINE_MS,
        idleDeadlineMs: Math.min(tuning.watchIdleMs, timeoutMs + WATCH_HEADERS_DEADLINE_MS),
      })) {
        hear();
        takeLine(line, progress);
      }
      if (clock.monotonicMs() - beganAtMs > timeoutMs / 2) progress.progressed = true;
      return { kind: 'WatchEnded' };
    } catch (error) {
      if (relistDue.signal.aborted) return { kind: 'RelistDue' };
      throw error;
    } finally {
      cancelRelist();
    }
  };

  const takeLine = (line: string, progress: WatchProgress): void => {
    const event = parseWatchEvent(line);
    switch (event.kind) {
      case 'Changed':
        reflected.set(event.object);
        progress.resourceVersion = event.object.metadata.resourceVersion;
        break;
      case 'Deleted':
        reflected.delete(event.object);
        progress.resourceVersion = event.object.metadata.resourceVersion;
        break;
      case 'Bookmark':
        progress.resourceVersion = event.resourceVersion;
        break;
      case 'Ignored':
        log.warn({ type: event.type }, 'a watch event of an unknown type was ignored');
    }
    progress.progressed = true;
    seenVersion = progress.resourceVersion;
  };

  const takeStep = async (state: WatchState): Promise<{ outcome: WatchOutcome; progress: WatchProgress }> => {
    const progress: WatchProgress = { resourceVersion: state.resourceVersion, progressed: false };
    const listing = state.resourceVersion === undefined;
    try {
      return { outcome: listing ? await list(state) : await watch(progress), progress };
    } catch (thrown) {
      const error = KubeError.from(thrown);
      const failure = WATCH_FAILURE_OF[error.code];
      if (!closing.signal.aborted) {
        metrics.watchFailures.inc({ ...labels, reason: failure });
        log.warn(
          { code: error.code, detail: error.message, listing },
          'a list or watch failed and will be tried again',
        );
      }
      const kind = listing ? 'ListFailed' : 'WatchFailed';
      return { outcome: { kind, failure, retryAfterMs: error.retryAfterMs }, progress };
    }
  };

  const run = async (): Promise<void> => {
    let state: WatchState = { resourceVersion: undefined, failures: 0, pageSize: tuning.pageSize };
    while (!closing.signal.aborted) {
      const { outcome, progress } = await takeStep(state);
      const step = nextWatchStep(
        {
          state: { ...state, resourceVersion: progress.resourceVersion },
          outcome,
          progressed: progress.progressed,
          random: random(),
        },
        policy,
      );
      state = step.state;
      if (step.delayMs > 0) await pause(clock, step.delayMs, closing.signal);
    }
  };

  const lastEventAgeSeconds = (): number => (clock.monotonicMs() - heardAtMs) / 1000;
  const stopScrapes = metrics.beforeScrape(() => {
    metrics.lastEventAgeSeconds.set(labels, lastEventAgeSeconds());
    metrics.cachedObjects.set(labels, reflected.cache.size);
  });
  const running = run();

  const waitForSync = (signal: AbortSignal): Promise<void> => untilAborted(firstList.promise, signal);
  const sourceOf = (keys: () => Iterable<string>, broadcast: KeyBroadcast): KeySource => ({
    keys,
    subscribe: broadcast.subscribe,
    synced: waitForSync,
  });

  return {
    cache: reflected.cache,
    changes: sourceOf(() => reflected.cache.keys(), reflected.changes),
    changesOf: (index) => sourceOf(() => reflected.cache.indexValues(index), reflected.changesOf(index)),
    hasSynced: () => seenVersion !== undefined,
    seenVersion: () => seenVersion,
    synced: waitForSync,
    lastEventAgeSeconds,
    close: async () => {
      closing.abort();
      stopScrapes();
      metrics.lastEventAgeSeconds.remove(labels);
      metrics.cachedObjects.remove(labels);
      await running;
    },
  };
}

interface WatchProgress {
  resourceVersion: string | undefined;
  progressed: boolean;
}
