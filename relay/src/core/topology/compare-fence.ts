/** What orders a meeting's topologies: first the leader that decided, then that leader's count of changes. */
export interface Fence {
  readonly term: number;
  readonly epoch: number;
}

/** Negative when `a` is older than `b`, 0 when they are the same. */
export function compareFence(a: Fence, b: Fence): number {
  return a.term === b.term ? a.epoch - b.epoch : a.term - b.term;
}
