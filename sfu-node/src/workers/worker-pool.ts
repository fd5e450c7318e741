/**
 * One mediasoup worker a core. A worker's death is contained: it is replaced at the same port, with backoff, and whoever has
 * rooms on it is told.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@parley/process/log.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { types } from 'mediasoup';
import { selectWorker } from '../core/placement/select-worker.js';
import { startLiveWorker, type LiveWorker } from './live-worker.js';

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly listenIp: string;
  /** Of worker 0; worker i listens on this + i. 0: any ports. */
  readonly rtcPort: number;
  readonly log: Logger;
  readonly createWorker: () => Promise<types.Worker>;
  readonly onDeath?: () => void;
}

export type WorkerLostListener = (lost: LiveWorker) => void;

const firstRestartMs = 100;
const maxRestartMs = 10_000;
/** A worker that lived this long starts its backoff anew. */
const stableMs = 60_000;
const acquireDeadlineMs = 5_000;

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #live = new Map<number, LiveWorker>();
  readonly #listeners = new Set<WorkerLostListener>();
  readonly #closing = new AbortController();
  #waiting: (() => void)[] = [];

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** @throws Error when any worker does not start: a node with a wrong port or binary must not look alive. */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await Promise.all(Array.from({ length: options.workers }, (_, index) => pool.#start(index, 0)));
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  /** Those that live now. */
  get live(): readonly LiveWorker[] {
    return [...this.#live.values()];
  }

  get size(): number {
    return this.#options.workers;
  }

  onLost(listener: WorkerLostListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The least loaded worker, with one more room counted on it at once: rooms that come together must not all go to the same.
   * The caller counts it out again. Waits while no worker lives.
   * @throws RpcError UNAVAILABLE when none came in time.
   */
  async acquire(): Promise<LiveWorker> {
    const deadlineMs = performance.now() + acquireDeadlineMs;
    for (;;) {
      const selected = selectWorker(this.live);
      if (selected !== undefined) {
        selected.rooms += 1;
        return selected;
      }
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0 || this.#closing.signal.aborted) throw new RpcError('UNAVAILABLE', 'no media worker is alive');
      await this.#wakeUp(leftMs);
    }
  }

  /** When a worker has started, or the pool closes, or the time is over. */
  async #wakeUp(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  close(): void {
    this.#closing.abort();
    for (const { worker } of this.#live.values()) worker.close();
    this.#live.clear();
    this.#wake();
  }

  async #start(index: number, failures: number): Promise<void> {
    const { rtcPort, listenIp, createWorker, log } = this.#options;
    const live = await startLiveWorker(createWorker, { index, listenIp, port: rtcPort === 0 ? 0 : rtcPort + index });
    if (this.#closing.signal.aborted) {
      live.worker.close();
      return;
    }
    const startedAtMs = Date.now();
    live.worker.on('died', (error) => {
      log.error({ err: error, worker: index, pid: live.worker.pid }, 'media worker died');
      this.#live.delete(index);
      this.#options.onDeath?.();
      const failuresNow = Date.now() - startedAtMs > stableMs ? 0 : failures + 1;
      void this.#restart(index, failuresNow);
      for (const listener of this.#listeners) listener(live);
    });
    this.#live.set(index, live);
    log.info({ worker: index, pid: live.worker.pid }, 'media worker started');
    this.#wake();
  }

  async #restart(index: number, failures: number): Promise<void> {
    for (let attempt = failures; ; attempt += 1) {
      const backoffMs = Math.min(firstRestartMs * 2 ** Math.max(0, attempt - 1), maxRestartMs);
      try {
        await delay(backoffMs, undefined, { signal: this.#closing.signal });
        await this.#start(index, attempt);
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#options.log.error({ err: error, worker: index, backoffMs }, 'media worker could not be started again');
      }
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
