/** How long decisions took, as counts in buckets 2 % wide: those of many cells can be added. */

const SHORTEST_MS = 1e-4;
const STEP = Math.log(1.02);
const BUCKETS = 1_000;

export type Durations = Float64Array;

export function createDurations(): Durations {
  return new Float64Array(BUCKETS);
}

export function addDuration(durations: Durations, ms: number): void {
  const bucket = Math.ceil(Math.log(Math.max(ms, SHORTEST_MS) / SHORTEST_MS) / STEP);
  const index = Math.min(BUCKETS - 1, bucket);
  durations[index] = (durations[index] as number) + 1;
}

/** The upper end of the bucket in which it lies; 0 of none. */
export function percentileOf(durations: Durations, share: number): number {
  const total = durations.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  let left = Math.ceil(total * share);
  const bucket = durations.findIndex((count) => (left -= count) <= 0);
  return SHORTEST_MS * Math.exp(bucket * STEP);
}
