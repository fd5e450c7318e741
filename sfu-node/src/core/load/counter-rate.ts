/** A counter as it was read, and when. */
export interface CounterReading {
  readonly value: number;
  readonly atMs: number;
}

/** Per second between two readings; 0 for the first one, and for a counter that began anew. */
export function ratePerSecond(before: CounterReading | undefined, after: CounterReading): number {
  if (before === undefined || after.atMs <= before.atMs || after.value < before.value) return 0;
  return ((after.value - before.value) * 1_000) / (after.atMs - before.atMs);
}
