import type { Logger } from 'pino';
import type { Clock } from './clock.js';
import { errorClassOf, isDefect } from './error-class.js';
import { KubeError, type KubeErrorClass } from './kube-error.js';
import type { KubeMetrics } from './metrics.js';
import type { KeySource } from './object-cache.js';
import { createWorkQueue, type WorkQueue } from './work-queue.js';

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
  /** How errors of other boundaries are taken; the default knows KubeErrors, and retries all others. */
  readonly classify?: (error: unknown) => KubeErrorClass;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: KubeMetrics;
  readonly log: Logger;
}

export interface ControllerLoop {
  /** Asks for a key to be worked on, for reasons that no source sees. Forgotten while the loop doesn't run. */
  enqueue(key: string): void;
  enqueueAfter(key: string, delayMs: number): void;
  /**
   * Waits for the sources, enqueues all their keys, and works until `signal` aborts; resolves when the last worker
   * has ended. Can be run again, so it can be what an elector leads with.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Reconciles that wait for nothing outside follow upon each other without a break: after so long everything else gets its turn. */
const TURN_MS = 10;
/** What only a change of the object or of the cluster's set-up can mend is still looked at from time to time. */
const TERMINAL_RETRY_MS = 300_000;

export function createControllerLoop(deps: ControllerLoopDeps): ControllerLoop {
  const { clock, metrics } = deps;
  const labels = { controller: deps.name };
  const log = deps.log.child(labels);
  let running: { readonly signal: AbortSignal; readonly idle: () => void } | undefined;

  const queue: WorkQueue = createWorkQueue({
    name: deps.name,
    clock,
    random: deps.random,
    metrics,
    onReady: () => {
      startWorkers();
    },
  });
  initMetrics(deps);

  let turnEndsAtMs: number | undefined;
  const mayGoOn = (): boolean => {
    const nowMs = clock.monotonicMs();
    if (turnEndsAtMs === undefined) {
      turnEndsAtMs = nowMs + TURN_MS;
      clock.after(0, () => {
        turnEndsAtMs = undefined;
        startWorkers();
      });
    }
    return nowMs < turnEndsAtMs;
  };
  const startWorkers = (): void => {
    if (running === undefined || running.signal.aborted) return;
    while (queue.active < deps.maxConcurrent && queue.depth > 0 && mayGoOn()) {
      const key = queue.take();
      if (key === undefined) return;
      void work(key, running.signal);
    }
  };

  const deadlines = new Set<AbortController>();

  const work = async (key: string, signal: AbortSignal): Promise<void> => {
    metrics.activeWorkers.inc(labels);
    const startedAtMs = clock.monotonicMs();
    const attempt = queue.failures(key) + 1;
    const job = createJob({ key, attempt, log });
    deadlines.add(job.deadline);
    try {
      if (signal.aborted) job.deadline.abort(signal.reason);
      const result = await reconcileInTime(deps, job);
      queue.forget(key);
      metrics.reconcileTotal.inc({
        ...labels,
        result: result.requeueAfterMs === undefined ? 'success' : 'requeue_after',
      });
      if (result.requeueAfterMs !== undefined) queue.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      if (!signal.aborted) takeError(job, error);
    } finally {
      deadlines.delete(job.deadline);
      metrics.reconcileSeconds.observe(labels, (clock.monotonicMs() - startedAtMs) / 1000);
      metrics.activeWorkers.dec(labels);
      queue.done(key);
      if (signal.aborted && queue.active === 0) running?.idle();
      else startWorkers();
    }
  };

  const takeError = (
    job: { readonly key: string; readonly attempt: number; readonly log: Logger },
    error: unknown,
  ): void => {
    const errorClass = (deps.classify ?? errorClassOf)(error);
    const fields = { err: error, attempt: job.attempt };
    if (isDefect(error)) metrics.reconcilePanics.inc(labels);
    if (errorClass === 'Conflict') {
      metrics.reconcileTotal.inc({ ...labels, result: 'requeue' });
      job.log.debug(fields, 'a reconcile met newer state and will look again');
      queue.retry(job.key);
      return;
    }
    metrics.reconcileTotal.inc({ ...labels, result: 'error' });
    metrics.reconcileErrors.inc(labels);
    if (errorClass === 'Terminal') {
      metrics.terminalReconcileErrors.inc(labels);
      job.log.error(fields, 'a reconcile failed and will not pass by itself');
      queue.retry(job.key, TERMINAL_RETRY_MS);
    } else {
      job.log.warn(fields, 'a reconcile failed and will be tried again');
      queue.retry(job.key, error instanceof KubeError ? error.retryAfterMs : undefined);
    }
  };

  /** What changes from now on need not wait until all that there was has been looked at. */
  const enqueueAll = (): void => {
    for (const source of deps.sources) for (const key of source.keys()) queue.addBulk(key);
  };

  return {
    enqueue: (key) => {
      if (running !== undefined) queue.add(key);
    },
    enqueueAfter: (key, delayMs) => {
      if (running !== undefined) queue.addAfter(key, delayMs);
    },
    run: async (signal) => {
      if (running !== undefined) throw new Error('the controller loop is already running');
      const idle = Promise.withResolvers<undefined>();
      const unsubscribe = deps.sources.map((source) => source.subscribe(queue.add));
      try {
        await Promise.all(deps.sources.map((source) => source.synced(signal)));
        running = {
          signal,
          idle: () => {
            idle.resolve(undefined);
          },
        };
        const stop = (): void => {
          for (const deadline of deadlines) deadline.abort(signal.reason);
          if (queue.active === 0) idle.resolve(undefined);
        };
        signal.addEventListener('abort', stop, { once: true });
        enqueueAll();
        startWorkers();
        if (signal.aborted) stop();
        await idle.promise;
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        for (const end of unsubscribe) end();
        queue.clear();
        running = undefined;
      }
    },
  };
}

/** Its parts are made when they are needed: thousands need none in a second. */
interface ReconcileJob extends ReconcileContext {
  readonly key: string;
  /** Aborts at the deadline, and with the loop. */
  readonly deadline: AbortController;
}

function createJob({ key, attempt, log }: Pick<ReconcileJob, 'key' | 'attempt' | 'log'>): ReconcileJob {
  const deadline = new AbortController();
  let own: Logger | undefined;
  return {
    key,
    attempt,
    deadline,
    get signal() {
      return deadline.signal;
    },
    get log() {
      return (own ??= log.child({ key }));
    },
  };
}

/** A reconcile must obey its signal, as its key and its worker wait for it. */
async function reconcileInTime(deps: ControllerLoopDeps, job: ReconcileJob): Promise<ReconcileResult> {
  const cancel = deps.clock.after(deps.deadlineMs, () => {
    job.log.error({ deadlineMs: deps.deadlineMs }, 'a reconcile has passed its deadline');
    job.deadline.abort(new KubeError('Timeout', `the reconcile took longer than ${String(deps.deadlineMs)} ms`));
  });
  try {
    return await deps.reconcile(job.key, job);
  } finally {
    cancel();
  }
}

function initMetrics(deps: ControllerLoopDeps): void {
  const labels = { controller: deps.name };
  deps.metrics.maxConcurrentReconciles.set(labels, deps.maxConcurrent);
  deps.metrics.activeWorkers.set(labels, 0);
  deps.metrics.reconcileErrors.inc(labels, 0);
  deps.metrics.terminalReconcileErrors.inc(labels, 0);
  deps.metrics.reconcilePanics.inc(labels, 0);
  for (const result of ['success', 'requeue', 'requeue_after', 'error'])
    deps.metrics.reconcileTotal.inc({ ...labels, result }, 0);
}
