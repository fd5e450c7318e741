/** Says yes to `burst` at once, and then so often. */
export interface TokenBucket {
  tryTake(): boolean;
  /** When the next would be granted; 0 for now. */
  waitMs(): number;
}

export interface TokenBucketLimit {
  readonly burst: number;
  readonly perSecond: number;
}

export function createTokenBucket(limit: TokenBucketLimit, monotonicMs: () => number): TokenBucket {
  let tokens = limit.burst;
  let filledAtMs = monotonicMs();
  const refill = (): void => {
    const nowMs = monotonicMs();
    tokens = Math.min(limit.burst, tokens + ((nowMs - filledAtMs) * limit.perSecond) / 1000);
    filledAtMs = nowMs;
  };
  return {
    tryTake: () => {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    waitMs: () => {
      refill();
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / limit.perSecond);
    },
  };
}
