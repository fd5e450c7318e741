import type { Logger } from 'pino';
import type { Clock } from './clock.js';
import type { KubeMetrics } from './metrics.js';
import type { KeySource } from './object-cache.js';

/** Works on one key, level-based: looks at the world, decides, acts. Never sleeps or retries inside. */
export type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;

export interface ReconcileContext {
  /** Aborts at the deadline, when leadership is lost, and when the loop closes. */
  readonly signal: AbortSignal;
  /** Bound to controller and key. */
  readonly log: Logger;
  /** 1 for the first attempt since the last success. */
  readonly attempt: number;
}

export interface ReconcileResult {
  /** When to come again even if nothing changes. */
  readonly requeueAfterMs?: number | undefined;
}

export interface ControllerLoopDeps {
  readonly name: string;
  readonly sources: readonly KeySource[];
  readonly reconcile: Reconcile;
  readonly maxConcurrent: number;
  /** Of one reconcile. */
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: KubeMetrics;
  readonly log: Logger;
}

export interface ControllerLoop {
  /** Asks for a key to be worked on, for reasons that no source sees. */
  enqueue(key: string): void;
  enqueueAfter(key: string, delayMs: number): void;
  /**
   * Waits for the sources, enqueues all their keys, and works until `signal` aborts; resolves when the last worker
   * has ended. Can be run again, so it can be what an elector leads with.
   */
  run(signal: AbortSignal): Promise<void>;
}
