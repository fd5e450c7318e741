/** Decides on participants in memory: synchronous, so that a decision and what it builds on cannot be torn apart. */
import type { Meeting } from '@parley/crds/meeting.js';
import { placementOn } from '../core/meeting/draft.js';
import { roomOfNamed } from '../core/placement/candidate.js';
import { planPlacement, type PlacementPlan, type PlacementRequest } from '../core/placement/place-participants.js';
import { reserve } from '../core/placement/reservations.js';
import { planMeetingRelays } from '../core/topology/meeting-relays.js';
import type { MeetingTopology } from '../core/topology/topology.js';
import type { Clock } from '../kube/clock.js';
import { nodeKey, type MeetingRecord, type MeetingStore } from '../meetings/meeting-store.js';
import type { CutNodes } from '../nodes/cut-nodes.js';
import type { NodeViews } from '../nodes/node-views.js';

export interface DecidePlacementDeps {
  readonly store: MeetingStore;
  readonly views: Pick<NodeViews, 'ofNamespace' | 'noteJoins'>;
  readonly cuts: Pick<CutNodes, 'of'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export interface DecidePlacementInput {
  readonly meeting: Pick<Meeting, 'spec'>;
  readonly record: MeetingRecord;
  readonly request: PlacementRequest;
}

type PlacedPlan = Extract<PlacementPlan, { kind: 'Placed' }>;

export type PlacementDecision =
  | Extract<PlacementPlan, { kind: 'Refused' }>
  | {
      readonly kind: 'Placed';
      readonly plan: PlacedPlan;
      readonly record: MeetingRecord;
      /** Whether nodes and signaling must hear of it: the meeting has another node, or a larger share of one. */
      readonly grown: boolean;
    };

/** Plans, and keeps the plan. */
export function decidePlacement(deps: DecidePlacementDeps, input: DecidePlacementInput): PlacementDecision {
  const { store, views } = deps;
  const { meeting, record, request } = input;
  const participants = store.participants(record);
  const plan = planPlacement(
    {
      nodes: views.ofNamespace(record.namespace),
      pools: meeting.spec.pools.map(({ name }) => name),
      meetingNodes: record.topology.placements.map(({ node, participantLimit, viewersOnly }) => ({
        node,
        participantLimit,
        viewersOnly,
        participants: participants.get(node) ?? 0,
      })),
      reservations: record.reservations,
      maxParticipants: meeting.spec.maxParticipants,
      expectedParticipants: record.expectedParticipants,
    },
    request,
  );
  return plan.kind === 'Refused' ? plan : keepPlan(deps, { ...input, plan });
}

function keepPlan(
  { store, views, cuts, clock }: DecidePlacementDeps,
  { meeting, record, plan }: DecidePlacementInput & { readonly plan: PlacedPlan },
): PlacementDecision {
  const { namespace, topology } = record;
  const reservations = reserve(
    record.reservations,
    new Map(plan.participants.map(({ participantId, node }) => [participantId, node])),
    clock.monotonicMs(),
  );
  const grown = plan.newNodes.length + plan.raisedLimits.size + plan.openedToSpeakers.size > 0;
  const decided: MeetingRecord = {
    ...record,
    reservations,
    topology: grown ? grow({ views, cuts }, { meeting, record, plan }) : topology,
  };
  store.put(decided);
  for (const [node, joins] of joinsOf(plan)) views.noteJoins(nodeKey(namespace, node), joins);
  return { kind: 'Placed', plan, record: decided, grown };
}

function grow(
  { views, cuts }: Pick<DecidePlacementDeps, 'views' | 'cuts'>,
  { meeting, record, plan }: Omit<DecidePlacementInput, 'request'> & { readonly plan: PlacedPlan },
): MeetingTopology {
  const { topology, namespace } = record;
  const nodes = views.ofNamespace(namespace);
  const added = plan.newNodes.flatMap((name) => {
    const node = nodes.get(name);
    return node === undefined
      ? []
      : [{ ...placementOn(node, meeting.spec), viewersOnly: plan.newViewersNodes.has(name) }];
  });
  const placements = [...topology.placements, ...added].map((placement) => {
    const participantLimit = plan.raisedLimits.get(placement.node) ?? placement.participantLimit;
    const viewersOnly = placement.viewersOnly && !plan.openedToSpeakers.has(placement.node);
    return { ...placement, participantLimit, viewersOnly };
  });
  return {
    ...topology,
    state: 'Placed',
    placements,
    relays: planMeetingRelays({
      placements,
      previous: topology.relays,
      roomOf: (name) => roomOfNamed(nodes, name),
      isCut: cuts.of(namespace, record.meetingId),
    }),
    epoch: topology.epoch + 1,
  };
}

/** New people, by node. */
function joinsOf({ participants }: PlacedPlan): ReadonlyMap<string, number> {
  const joins = new Map<string, number>();
  for (const { node, reason } of participants) if (reason !== 'KeptOnNode') joins.set(node, (joins.get(node) ?? 0) + 1);
  return joins;
}
