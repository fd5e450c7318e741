/** Topologies between the planner's records and the protobuf contract. */
import { create } from '@bufbuild/protobuf';
import {
  EndReason as EndReasonMessage,
  MeetingState,
  RelayKind,
  TopologySchema,
  type Topology,
} from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { EndReason, MeetingTopology } from '../core/topology/topology.js';

const STATES = {
  Pending: MeetingState.PENDING,
  Placed: MeetingState.PLACED,
  Ended: MeetingState.ENDED,
} as const;
const END_REASONS: Readonly<Record<EndReason, EndReasonMessage>> = {
  EndedByHost: EndReasonMessage.ENDED_BY_HOST,
  Deleted: EndReasonMessage.DELETED,
  Expired: EndReasonMessage.EXPIRED,
};
const RELAY_KINDS = { Peer: RelayKind.PEER, Leaf: RelayKind.LEAF } as const;

export function topologyMessage(topology: MeetingTopology): Topology {
  return create(TopologySchema, {
    meetingId: topology.meetingId,
    term: topology.term,
    epoch: topology.epoch,
    state: STATES[topology.state],
    endReason: topology.endReason === undefined ? EndReasonMessage.UNSPECIFIED : END_REASONS[topology.endReason],
    settings: { ...topology.settings, recording: topology.taps.length > 0 },
    placements: topology.placements.map((placement) => ({
      ...placement,
      announcedAddresses: [...placement.announcedAddresses],
    })),
    relays: topology.relays.map(({ dialer, listener, kind }) => ({ dialer, listener, kind: RELAY_KINDS[kind] })),
    taps: topology.taps.map(({ recorder, node }) => ({ recorder, node })),
  });
}
