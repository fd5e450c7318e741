/** A token bucket as data: time is an argument. */
export interface BucketLimit {
  /** Tokens in a full bucket. */
  readonly burst: number;
  readonly perSecond: number;
}

export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export interface Taken {
  readonly bucket: Bucket;
  /** 0: granted. Otherwise nothing was taken, and one token is there after so long. */
  readonly waitMs: number;
}

export function takeToken(bucket: Bucket | undefined, limit: BucketLimit, nowMs: number): Taken {
  const tokens = tokensAt(bucket, limit, nowMs);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, atMs: nowMs }, waitMs: 0 };
  return { bucket: { tokens, atMs: nowMs }, waitMs: Math.ceil(((1 - tokens) / limit.perSecond) * 1_000) };
}

function tokensAt(bucket: Bucket | undefined, limit: BucketLimit, nowMs: number): number {
  if (bucket === undefined) return limit.burst;
  const gained = (Math.max(0, nowMs - bucket.atMs) / 1_000) * limit.perSecond;
  return Math.min(limit.burst, bucket.tokens + gained);
}
