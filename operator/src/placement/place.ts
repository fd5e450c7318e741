/** Memory first: decide, tell the nodes, answer; the status follows through the meeting's own queue. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { meaningOf } from '@parley/crds/reasons.js';
import type { PlaceRequest, PlaceResponseSchema } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from 'pino';
import { placementOn } from '../core/meeting/draft.js';
import { roomOfNamed } from '../core/placement/candidate.js';
import { planPlacement, type PlacementPlan } from '../core/placement/place-participants.js';
import { reserve } from '../core/placement/reservations.js';
import { planRelays } from '../core/topology/relays.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import { applyTopology, type ApplyDeps } from '../meetings/apply.js';
import type { MeetingDecider } from '../meetings/meeting-decider.js';
import { nodeKey, type MeetingRecord } from '../meetings/meeting-store.js';
import type { NodeViews } from '../nodes/node-views.js';
import { topologyMessage } from '../publish/topology-message.js';
import type { TopologyFeed } from './topology-feed.js';

export interface PlaceDeps extends ApplyDeps {
  readonly meetings: ObjectCache<Meeting, 'meetingId'>;
  readonly decider: MeetingDecider;
  readonly views: NodeViews;
  readonly feed: TopologyFeed;
  readonly clock: Clock;
  readonly enqueue: (key: string) => void;
  readonly log: Logger;
}

type PlaceAnswer = MessageInitShape<typeof PlaceResponseSchema>;

/** @throws RpcError NOT_FOUND, RESOURCE_EXHAUSTED with a reason in front of its message, or UNAVAILABLE. */
export async function place(deps: PlaceDeps, request: PlaceRequest, signal: AbortSignal): Promise<PlaceAnswer> {
  const [meeting] = deps.meetings.byIndex('meetingId', request.meetingId);
  if (meeting === undefined) throw new RpcError('NOT_FOUND', 'there is no such meeting');
  const record = recordOf(deps, meeting);
  if (record.topology.state === 'Ended') throw new RpcError('NOT_FOUND', 'MeetingEnded');
  const plan = decide(deps, { meeting, record, request });
  if (plan.kind === 'Refused') {
    deps.metrics.refusals.inc({ reason: plan.reason });
    deps.log.info({ meetingId: request.meetingId, reason: plan.reason }, 'participants were refused');
    throw new RpcError('RESOURCE_EXHAUSTED', `${plan.reason}: ${meaningOf(plan.reason)}`);
  }
  const decided = keepPlan(deps, { meeting, record, plan });
  // One of the others may hang that is not known to: whom it was to serve is placed elsewhere right now.
  const awaited = new Set(plan.participants.map(({ node }) => nodeKey(record.namespace, node)));
  const { unreachable } = await applyTopology(deps, decided, { signal, log: deps.log, awaited });
  const missed = plan.participants.find(({ node }) => unreachable.includes(node));
  if (missed !== undefined) throw new RpcError('UNAVAILABLE', `${missed.node} does not answer`);
  return {
    topology: topologyMessage(decided.topology),
    placements: plan.participants.map(({ participantId, node, reason }) => ({ participantId, node, reason })),
  };
}

function recordOf({ store, decider, enqueue }: PlaceDeps, meeting: Meeting): MeetingRecord {
  const known = store.get(meetingIdOf(meeting.metadata.uid));
  if (known !== undefined && known.topology.state !== 'Pending') return known;
  if (meeting.spec.passcodeSecretRef === undefined) return decider.decide(meeting, { kind: 'None' }).record;
  // Its passcode is not read here: that is I/O.
  enqueue(objectKey(meeting.metadata));
  if (known === undefined) throw new RpcError('UNAVAILABLE', 'the meeting is being placed');
  return known;
}

interface DecideInput {
  readonly meeting: Meeting;
  readonly record: MeetingRecord;
  readonly request: PlaceRequest;
}

function decide({ store, views }: PlaceDeps, { meeting, record, request }: DecideInput): PlacementPlan {
  const participants = store.participants(record);
  return planPlacement(
    {
      nodes: views.ofNamespace(record.namespace),
      pools: meeting.spec.pools.map(({ name }) => name),
      meetingNodes: record.topology.placements.map(({ node, participantLimit }) => ({
        node,
        participantLimit,
        participants: participants.get(node) ?? 0,
      })),
      reservations: record.reservations,
      maxParticipants: meeting.spec.maxParticipants,
      expectedParticipants: meeting.spec.expectedParticipants,
    },
    request,
  );
}

interface KeepInput {
  readonly meeting: Meeting;
  readonly record: MeetingRecord;
  readonly plan: Extract<PlacementPlan, { kind: 'Placed' }>;
}

function keepPlan(deps: PlaceDeps, { meeting, record, plan }: KeepInput): MeetingRecord {
  const { topology, namespace } = record;
  const nodes = deps.views.ofNamespace(namespace);
  const added = plan.newNodes.flatMap((name) => {
    const node = nodes.get(name);
    return node === undefined ? [] : [placementOn(node, meeting.spec)];
  });
  const placements = [...topology.placements, ...added].map((placement) => {
    const participantLimit = plan.raisedLimits.get(placement.node) ?? placement.participantLimit;
    return { ...placement, participantLimit };
  });
  const reservations = reserve(
    record.reservations,
    new Map(plan.participants.map(({ participantId, node }) => [participantId, node])),
    deps.clock.monotonicMs(),
  );
  const joins = new Map<string, number>();
  for (const { node, reason } of plan.participants) {
    deps.metrics.placements.inc({ reason });
    if (reason !== 'KeptOnNode') joins.set(node, (joins.get(node) ?? 0) + 1);
  }
  const isGrown = added.length + plan.raisedLimits.size > 0;
  const grown: MeetingRecord['topology'] = {
    ...topology,
    state: 'Placed',
    placements,
    relays: planRelays({
      members: placements,
      previous: topology.relays,
      roomOf: (name) => roomOfNamed(nodes, name),
    }),
    epoch: topology.epoch + 1,
  };
  const decided: MeetingRecord = { ...record, reservations, topology: isGrown ? grown : topology };
  deps.store.put(decided);
  for (const [node, count] of joins) deps.views.noteJoins(nodeKey(namespace, node), count);
  if (isGrown) {
    const reason = plan.participants.find(({ node }) => plan.newNodes.includes(node))?.reason ?? 'KeptOnMeetingNode';
    deps.metrics.topologyChanges.inc({ reason });
    deps.log.info(
      { meetingId: record.meetingId, term: grown.term, epoch: grown.epoch, nodes: plan.newNodes, reason },
      'a meeting has grown',
    );
    deps.feed.publish(grown);
    deps.enqueue(record.key);
  }
  return decided;
}
