import type { Clock } from './clock.js';
import { KubeError } from './kube-error.js';

/** A token bucket before the API server. The server's own priority and fairness is the real limit; this one stops runaways. */
export interface RateLimiter {
  /** Resolves when the request may be sent, in the order of asking; throws KubeError when aborted or when too many wait. */
  take(signal: AbortSignal): Promise<void>;
}

export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
  /** More waiting requests than this are refused with `TooManyRequests`. */
  readonly maxWaiting: number;
}

export function createRateLimiter(limit: RateLimit, clock: Clock): RateLimiter {
  const waiting = new Set<() => void>();
  let tokens = limit.burst;
  let filledAtMs = clock.monotonicMs();
  let cancelTimer: (() => void) | undefined;

  const refill = (): void => {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(limit.burst, tokens + ((nowMs - filledAtMs) * limit.perSecond) / 1000);
    filledAtMs = nowMs;
  };
  const serve = (): void => {
    cancelTimer = undefined;
    refill();
    for (const grant of waiting) {
      if (tokens < 1) break;
      tokens -= 1;
      waiting.delete(grant);
      grant();
    }
    if (waiting.size > 0) cancelTimer = clock.after(Math.ceil(((1 - tokens) * 1000) / limit.perSecond), serve);
  };

  return {
    take: async (signal) => {
      if (signal.aborted) throw new KubeError('Aborted', 'the caller gave up');
      refill();
      if (waiting.size === 0 && tokens >= 1) {
        tokens -= 1;
        return;
      }
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
