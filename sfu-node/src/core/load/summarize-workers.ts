export interface WorkerCpu {
  /** The busiest worker's share of one core, 0 to 1. */
  readonly max: number;
  readonly mean: number;
}

/** @param shares one for each worker that should be there; a dead one counts as idle, for its rooms are elsewhere. */
export function summarizeWorkers(shares: readonly number[]): WorkerCpu {
  if (shares.length === 0) return { max: 0, mean: 0 };
  const bounded = shares.map((share) => Math.min(1, Math.max(0, share)));
  return { max: Math.max(...bounded), mean: bounded.reduce((sum, share) => sum + share, 0) / bounded.length };
}
