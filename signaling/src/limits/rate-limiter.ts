/**
 * Limits by key (an address, mostly), shared by the replicas through Redis, and held by each alone while Redis is away.
 * Law 6: so many keys are remembered and no more; the longest unused are forgotten first.
 */
import { takeToken, type Bucket, type BucketLimit } from '../core/limits/token-bucket.js';
import type { RedisConnection } from '../redis/redis-connection.js';

const maxKeys = 20_000;

export interface RateLimiter {
  /** Takes one. @returns 0 when granted, else how long to wait. */
  take(key: string): Promise<number>;
  /** Whether one could be taken, without taking it. */
  peek(key: string): Promise<number>;
}

export interface RateLimiterOptions {
  /** Names the limit in Redis. */
  readonly name: string;
  readonly limit: BucketLimit;
  readonly redis: Pick<RedisConnection, 'run'> | undefined;
  readonly nowMs: () => number;
}

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { limit, nowMs } = options;
  const buckets = new Map<string, Bucket>();
  /** Replicas count in windows of the time in which a whole burst comes back. */
  const windowMs = Math.ceil((limit.burst / limit.perSecond) * 1_000);
  const perWindow = limit.burst * 2;

  const window = (key: string): { name: string; leftMs: number } => {
    const number = Math.floor(nowMs() / windowMs);
    return { name: `parley:rate:${options.name}:${key}:${String(number)}`, leftMs: (number + 1) * windowMs - nowMs() };
  };
  const countShared = async (key: string): Promise<number> => {
    const { name, leftMs } = window(key);
    const results = await options.redis?.run((redis) => redis.multi().incr(name).pexpire(name, windowMs).exec());
    return Number(results?.[0]?.[1] ?? 0) > perWindow ? leftMs : 0;
  };
  return {
    take: async (key) => {
      const taken = takeToken(buckets.get(key), limit, nowMs());
      buckets.delete(key);
      buckets.set(key, taken.bucket);
      const oldest = buckets.size > maxKeys ? buckets.keys().next().value : undefined;
      if (oldest !== undefined) buckets.delete(oldest);
      return taken.waitMs > 0 ? taken.waitMs : countShared(key);
    },
    peek: async (key) => {
      const { waitMs } = takeToken(buckets.get(key), limit, nowMs());
      if (waitMs > 0) return waitMs;
      const { name, leftMs } = window(key);
      const count = await options.redis?.run((redis) => redis.get(name));
      return Number(count ?? 0) >= perWindow ? leftMs : 0;
    },
  };
}
