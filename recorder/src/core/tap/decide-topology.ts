/** What a recorder makes of a topology: it takes part while that has a tap of its name. */
import { MeetingState, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { compareFence, type Fence } from '@parley/relay/core/topology/compare-fence.js';

/** `Ignore`: it is older than what was heard before (law 3). */
export type TapDecision = 'TakePart' | 'Leave' | 'Ignore';

/** @param held the newest that was heard of the meeting. */
export function decideTopology(topology: Topology, held: Fence | undefined, recorder: string): TapDecision {
  if (held !== undefined && compareFence(topology, held) < 0) return 'Ignore';
  const { state, taps, placements } = topology;
  const tap = state === MeetingState.ENDED ? undefined : taps.find((candidate) => candidate.recorder === recorder);
  return placements.some(({ node }) => node === tap?.node) ? 'TakePart' : 'Leave';
}
