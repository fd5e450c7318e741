import type { MessageInitShape } from '@bufbuild/protobuf';
import { MeetingState, type TopologySchema } from '@parley/proto/gen/parley/v1/topology_pb.js';

export type TopologyInit = MessageInitShape<typeof TopologySchema>;

/** A meeting placed on one node, unless said otherwise. */
export function aTopology(change: TopologyInit = {}, nodes: readonly string[] = ['node-a']): TopologyInit {
  return {
    meetingId: 'abc-defg-hij',
    term: 1,
    epoch: 1,
    state: MeetingState.PLACED,
    placements: nodes.map((node) => ({ node, region: 'eu', pool: 'eu', participantLimit: 100 })),
    ...change,
  };
}
