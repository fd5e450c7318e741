import type { Logger } from 'pino';
import type { Clock } from './clock.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject, KubeResource } from './kube-resource.js';
import type { KubeMetrics } from './metrics.js';
import type { IndexFunctions, KeySource, ObjectCache } from './object-cache.js';

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
  /** Time since the API server last said anything; bookmarks count. Grows when the watch is deaf. */
  lastEventAgeSeconds(): number;
  close(): Promise<void>;
}

export interface ReflectorDeps<T extends KubeObject, I extends string = never> {
  readonly client: KubeClient;
  readonly resource: KubeResource<T>;
  /** All namespaces unless given. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexes?: IndexFunctions<T, I>;
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
}
