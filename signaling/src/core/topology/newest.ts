/** Law 3: topologies are ordered by (term, epoch), and a lower one never replaces a higher. */
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';

export type Fence = Pick<Topology, 'term' | 'epoch'>;

/** Negative when `a` is older than `b`, 0 when they are the same decision. */
export function compareFences(a: Fence, b: Fence): number {
  return a.term === b.term ? a.epoch - b.epoch : a.term - b.term;
}

/** Whether `candidate` replaces `known`; what is not known yet is always replaced. */
export function isNewer(candidate: Fence, known: Fence | undefined): boolean {
  return known === undefined || compareFences(candidate, known) > 0;
}
