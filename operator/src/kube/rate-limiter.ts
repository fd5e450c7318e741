import type { Clock } from './clock.js';
import { KubeError } from './kube-error.js';
import { createTokenBucket, type TokenBucketLimit } from './token-bucket.js';

/** A token bucket before the API server. The server's own priority and fairness is the real limit; this one stops runaways. */
export interface RateLimiter {
  /** Resolves when the request may be sent, in the order of asking; throws KubeError when aborted or when too many wait. */
  take(signal: AbortSignal): Promise<void>;
}

export interface RateLimit extends TokenBucketLimit {
  /** More waiting requests than this are refused with `TooManyRequests`. */
  readonly maxWaiting: number;
}

export function createRateLimiter(limit: RateLimit, clock: Clock): RateLimiter {
  const waiting = new Set<() => void>();
  const bucket = createTokenBucket(limit, () => clock.monotonicMs());
  let cancelTimer: (() => void) | undefined;

  const serve = (): void => {
    cancelTimer = undefined;
    for (const grant of waiting) {
      if (!bucket.tryTake()) break;
      waiting.delete(grant);
      grant();
    }
    if (waiting.size > 0) cancelTimer = clock.after(bucket.waitMs(), serve);
  };

  return {
    take: async (signal) => {
      if (signal.aborted) throw new KubeError('Aborted', 'the caller gave up');
      if (waiting.size === 0 && bucket.tryTake()) return;
      if (waiting.size >= limit.maxWaiting)
        throw new KubeError('TooManyRequests', 'too many requests wait for the rate limit of this client');
      await new Promise<void>((resolve, reject) => {
        const grant = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = (): void => {
          waiting.delete(grant);
          if (waiting.size === 0) {
            cancelTimer?.();
            cancelTimer = undefined;
          }
          reject(new KubeError('Aborted', 'the caller gave up while waiting for the rate limit'));
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(grant);
        if (cancelTimer === undefined) serve();
      });
    },
  };
}
