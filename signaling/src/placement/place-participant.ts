/** Acts on choosePlacement: a placement for one participant, with the operator's help where it is needed and there. */
import { MeetingState, type Placement, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from '@parley/process/log.js';
import { choosePlacement } from '../core/placement/choose-placement.js';
import { RequestFailure } from '../request-failure.js';
import { endReasonOf } from '../topology/end-reason.js';
import type { OperatorLink } from '../topology/operator-link.js';
import type { TopologyDirectory } from '../topology/topology-directory.js';

const retryAfterMs = 2_000;

export interface PlacementRequest {
  readonly meetingId: string;
  readonly participantId: string;
  /** Empty: no preference. */
  readonly region: string;
  /** Of a webinar: it only receives. */
  readonly viewer?: true;
  /** Kept when it still belongs to the meeting and is not avoided. */
  readonly preferredNode?: string;
  /** The preferred node holds nothing of the participant that is to be kept: while it drains, another is taken. */
  readonly fresh?: boolean;
  readonly avoidNodes: ReadonlySet<string>;
}

export interface Placed {
  readonly topology: Topology;
  readonly placement: Placement;
}

/** @throws RequestFailure MeetingNotFound, MeetingEnded, MeetingFull, NoCapacity or Unavailable. */
export type PlaceParticipant = (request: PlacementRequest) => Promise<Placed>;

export interface PlaceParticipantDeps {
  readonly directory: TopologyDirectory;
  readonly operator: Pick<OperatorLink, 'place'>;
  readonly participantsByNode: (meetingId: string) => ReadonlyMap<string, number>;
  readonly log: Logger;
}

export function createPlaceParticipant(deps: PlaceParticipantDeps): PlaceParticipant {
  return async (request) => {
    const topology = await findMeeting(deps.directory, request.meetingId);
    const viewer = request.viewer === true;
    const preferred = topology.placements.find(
      ({ node, draining, viewersOnly }) =>
        node === request.preferredNode &&
        !request.avoidNodes.has(node) &&
        !(draining && request.fresh === true) &&
        (viewer || !viewersOnly),
    );
    if (preferred !== undefined) return { topology, placement: preferred };
    const choice = choosePlacement(topology, {
      region: request.region,
      viewer,
      avoidNodes: request.avoidNodes,
      participantsByNode: deps.participantsByNode(request.meetingId),
    });
    if (choice.type === 'Use') return { topology, placement: choice.placement };
    return askOperator(deps, request, topology, choice.fallback);
  };
}

async function askOperator(
  deps: PlaceParticipantDeps,
  request: PlacementRequest,
  topology: Topology,
  fallback: Placement | undefined,
): Promise<Placed> {
  const { operator, log } = deps;
  const { meetingId, participantId, region, avoidNodes } = request;
  try {
    const answer = await operator.place({
      meetingId,
      participantIds: [participantId],
      region,
      avoidNodes: [...avoidNodes],
      viewers: request.viewer === true,
    });
    const node = answer.placements.find((placed) => placed.participantId === participantId)?.node;
    const placement = answer.topology?.placements.find((candidate) => candidate.node === node);
    if (answer.topology !== undefined && placement !== undefined) return { topology: answer.topology, placement };
    throw new RpcError('INTERNAL', 'the operator placed the participant nowhere');
  } catch (error) {
    const { code, message } = RpcError.from(error);
    if (code === 'NOT_FOUND') throw new RequestFailure('MeetingNotFound', undefined, { cause: error });
    const isRefused = code === 'RESOURCE_EXHAUSTED';
    // What the operator refuses is so; only a node that is to go, which it counts out, is better than no call.
    if (fallback !== undefined && (!isRefused || (fallback.draining && hasRoom(deps, meetingId, fallback)))) {
      log.warn({ err: error, meetingId, node: fallback.node }, 'placed without the operator');
      return { topology, placement: fallback };
    }
    const refusal = message.startsWith('MeetingFull') ? 'MeetingFull' : 'NoCapacity';
    throw new RequestFailure(isRefused ? refusal : 'Unavailable', undefined, { cause: error, retryAfterMs });
  }
}

function hasRoom({ participantsByNode }: PlaceParticipantDeps, meetingId: string, placement: Placement): boolean {
  return (participantsByNode(meetingId).get(placement.node) ?? 0) < placement.participantLimit;
}

/** @throws RequestFailure MeetingNotFound, MeetingEnded or Unavailable. */
export async function findMeeting(directory: TopologyDirectory, meetingId: string): Promise<Topology> {
  const lookup = await directory.find(meetingId);
  switch (lookup.type) {
    case 'Found':
      return lookup.topology;
    case 'Ended':
      throw new RequestFailure('MeetingEnded', endedDetail(lookup.topology));
    case 'Unknown':
      throw new RequestFailure('MeetingNotFound', `There is no meeting ${meetingId}. Check the id or the link.`);
    case 'Unreachable':
      throw new RequestFailure('Unavailable', undefined, { retryAfterMs });
  }
}

function endedDetail(topology: Topology): string {
  if (topology.state !== MeetingState.ENDED) return 'The meeting has ended.';
  switch (endReasonOf(topology.endReason)) {
    case 'EndedByHost':
      return 'The host has ended the meeting. Ask the host for a new one.';
    case 'Deleted':
      return 'The meeting was deleted. Ask the host for a new one.';
    case 'Expired':
      return 'The meeting ended some time ago and was removed. Ask the host for a new one.';
    case 'Unknown':
      return 'The meeting has ended. Ask the host for a new one.';
  }
}
