/** Memory first: decide, tell the nodes, answer; the status follows through the meeting's own queue. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { meaningOf, type RefusalReason } from '@parley/crds/reasons.js';
import type { PlaceRequest, PlaceResponseSchema } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from 'pino';
import type { PlacementPlan } from '../core/placement/place-participants.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import { announceWaiting, type AnnounceDeps } from '../meetings/announce.js';
import { applyTopology, type ApplyDeps } from '../meetings/apply.js';
import type { MeetingDecider } from '../meetings/meeting-decider.js';
import { asksForPasscodes, NO_PASSCODES } from '../meetings/passcodes.js';
import { nodeKey, waitsFor, type MeetingRecord } from '../meetings/meeting-store.js';
import type { CutNodes } from '../nodes/cut-nodes.js';
import type { NodeViews } from '../nodes/node-views.js';
import { topologyMessage } from '../publish/topology-message.js';
import { decidePlacement } from './decide-placement.js';
import type { TopologyFeed } from './topology-feed.js';

export interface PlaceDeps extends ApplyDeps, AnnounceDeps {
  readonly meetings: ObjectCache<Meeting, 'meetingId'>;
  readonly decider: MeetingDecider;
  readonly views: NodeViews;
  readonly cuts: Pick<CutNodes, 'of'>;
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
  const decision = decidePlacement(deps, { meeting, record, request });
  if (decision.kind === 'Refused') {
    const { reason } = decision;
    deps.metrics.refusals.inc({ reason });
    deps.log.info({ meetingId: request.meetingId, reason }, 'participants were refused');
    if (reason !== 'MeetingFull') noteRefusal(deps, { meeting, record, reason });
    throw new RpcError('RESOURCE_EXHAUSTED', `${reason}: ${meaningOf(reason)}`);
  }
  const { plan, record: decided } = decision;
  for (const { reason } of plan.participants) deps.metrics.placements.inc({ reason });
  if (decision.grown) announceGrowth(deps, decision);
  // One of the others may hang or be gone, and not be known to: whom it was to serve is placed elsewhere right now.
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
  if (!asksForPasscodes(meeting.spec)) return decider.decide(meeting, NO_PASSCODES).record;
  // Passcodes are not read here: that is I/O.
  enqueue(objectKey(meeting.metadata));
  if (known === undefined) throw new RpcError('UNAVAILABLE', 'the meeting is being placed');
  return known;
}

interface RefusalInput {
  readonly meeting: Meeting;
  readonly record: MeetingRecord;
  readonly reason: RefusalReason;
}

/** Signaling keeps them waiting. */
function noteRefusal(deps: PlaceDeps, { meeting, record, reason }: RefusalInput): void {
  const nowMs = deps.clock.monotonicMs();
  const refusal = { reason, atMs: nowMs };
  deps.store.update(record.meetingId, (current) => ({ ...current, refusal }));
  const waits = waitsFor({ refusal }, nowMs);
  if (waits === undefined || waits === waitsFor(record, nowMs)) return;
  announceWaiting(deps, meeting, reason);
  deps.enqueue(record.key);
}

interface Growth {
  readonly plan: Extract<PlacementPlan, { kind: 'Placed' }>;
  readonly record: MeetingRecord;
}

/** Signaling first; then its status. */
function announceGrowth(deps: PlaceDeps, { plan, record: { topology, key } }: Growth): void {
  const reason = plan.participants.find(({ node }) => plan.newNodes.includes(node))?.reason ?? 'KeptOnMeetingNode';
  deps.metrics.topologyChanges.inc({ reason });
  deps.log.info(
    { meetingId: topology.meetingId, term: topology.term, epoch: topology.epoch, nodes: plan.newNodes, reason },
    'a meeting has grown',
  );
  deps.feed.publish(topology);
  deps.enqueue(key);
}
