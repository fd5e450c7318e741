/** What the store refuses for now is asked of it again, for so long; what it refuses for good is not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '@parley/process/backoff.js';
import { StoreError } from '../store/recording-store.js';

export interface Patience {
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Before each wait. */
  readonly onWaiting?: (error: StoreError) => void;
}

const backoff = { firstMs: 500, lastMs: 10_000 };

/** @throws StoreError, or what is none, or the signal's reason. */
export async function patiently<T>(work: () => Promise<T>, { forMs, signal, onWaiting }: Patience): Promise<T> {
  const untilMs = performance.now() + forMs;
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof StoreError) || !error.passes || performance.now() >= untilMs) throw error;
      onWaiting?.(error);
      await sleep(backoffMs(backoff, failures, Math.random()), undefined, { signal });
    }
  }
}
