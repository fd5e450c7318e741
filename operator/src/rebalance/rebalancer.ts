/**
 * Nodes that carry too much, and which people of which meetings are asked to leave them. Only the leader's memory holds it: a new
 * leader finds out again. Costs as much as there are such nodes, and a step looks at so many of them at most (law 6).
 */
import { isCrowded, planRelief, type MeetingHere, type Relief } from '../core/rebalance/plan.js';
import type { PlacementNode } from '../core/placement/candidate.js';
import type { Clock } from '../kube/clock.js';
import { nodeKey, nodeNameOf, type MeetingStore } from '../meetings/meeting-store.js';
import type { ReliefOutcome } from '../metrics/rebalance-metrics.js';
import type { NodeViews } from '../nodes/node-views.js';

export interface Rebalancer {
  /** The node (by key) has reported. */
  reported(node: string): void;
  /** To be called each second. */
  step(): RebalancingStep;
  /** Who is asked to leave which node of the meeting, by the node's name. */
  of(namespace: string, meetingId: string): ReadonlyMap<string, Relief>;
  /** Nodes that carry too much, or are being relieved. */
  readonly size: number;
}

export interface RebalancingStep {
  /** Meetings that are to be planned anew. */
  readonly changed: ReadonlySet<string>;
  readonly outcomes: readonly ReliefOutcome[];
}

export interface RebalancerDeps {
  readonly store: Pick<MeetingStore, 'onNode' | 'participants' | 'get'>;
  readonly views: Pick<NodeViews, 'ofNamespace'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** Moving takes a few seconds, and twenty where somebody has to be reconnected. */
const GIVE_UP_MS = 30_000;
/** The meeting has been planned by then: where its people don't move, there is no room elsewhere. */
const DECIDED_MS = 2_000;
/** Who found no room elsewhere, or did not go, is not asked again for so long. */
const PAUSE_MS = 15_000;
const NODES_A_STEP = 64;

interface Asked extends Relief {
  readonly sinceMs: number;
  /** Set when it has come to nothing: until then it isn't tried again. */
  readonly pausedUntilMs: number | undefined;
}

export function createRebalancer({ store, views, clock }: RebalancerDeps): Rebalancer {
  /** By node, by meeting. Those that waited longest come first. */
  const watched = new Map<string, Map<string, Asked>>();

  const nodeOf = (key: string): PlacementNode | undefined =>
    views.ofNamespace(key.slice(0, key.indexOf('/'))).get(nodeNameOf(key));
  const isToRelieve = (node: PlacementNode | undefined): node is PlacementNode =>
    node?.state === 'Serving' && isCrowded(node);

  const meetingsOn = (key: string, asked: ReadonlyMap<string, Asked>): readonly MeetingHere[] =>
    store.onNode(key).flatMap((record): MeetingHere[] => {
      const { meetingId } = record;
      const participants = store.participants(record);
      const local = participants.get(nodeNameOf(key)) ?? 0;
      const known = asked.get(meetingId);
      if (local === 0) return [];
      const total = [...participants.values()].reduce((sum, people) => sum + people, 0);
      const staying = known?.pausedUntilMs === undefined ? known?.staying : undefined;
      return [{ meetingId, local, total, staying, movable: known?.pausedUntilMs === undefined }];
    });
  const settle = (key: string, asked: Map<string, Asked>, step: MutableStep): void => {
    const nowMs = clock.monotonicMs();
    for (const relief of [...asked.values()]) {
      const { meetingId, pausedUntilMs } = relief;
      if (pausedUntilMs !== undefined) {
        if (pausedUntilMs <= nowMs) asked.delete(meetingId);
        continue;
      }
      const progress = progressOf(key, relief);
      if (progress === 'Asked') continue;
      // What is done, too, is planned once more, so that the topology shows it.
      step.changed.add(meetingId);
      if (progress === 'Left') continue;
      step.outcomes.push(progress);
      if (progress === 'Moved') asked.delete(meetingId);
      else asked.set(meetingId, { ...relief, pausedUntilMs: nowMs + PAUSE_MS });
    }
  };
  const progressOf = (key: string, { meetingId, staying, sinceMs }: Asked): Progress => {
    const record = store.get(meetingId);
    const placement = record?.topology.placements.find(({ node }) => node === nodeNameOf(key));
    if (record === undefined || placement === undefined) return 'Moved';
    const passedMs = clock.monotonicMs() - sinceMs;
    const hasLeft = (store.participants(record).get(placement.node) ?? 0) <= staying;
    if (hasLeft) return placement.draining && passedMs < GIVE_UP_MS ? 'Left' : 'Moved';
    if (!placement.draining && passedMs >= DECIDED_MS) return 'NoRoom';
    return passedMs >= GIVE_UP_MS ? 'GivenUp' : 'Asked';
  };
  const ask = (node: PlacementNode, key: string, asked: Map<string, Asked>): readonly Relief[] => {
    const reliefs = planRelief({ node, meetings: meetingsOn(key, asked) });
    for (const relief of reliefs)
      asked.set(relief.meetingId, { ...relief, sinceMs: clock.monotonicMs(), pausedUntilMs: undefined });
    return reliefs;
  };

  return {
    get size() {
      return watched.size;
    },
    reported: (key) => {
      if (!watched.has(key) && isToRelieve(nodeOf(key))) watched.set(key, new Map());
    },
    step: () => {
      const step: MutableStep = { changed: new Set(), outcomes: [] };
      for (const [key, asked] of [...watched].slice(0, NODES_A_STEP)) {
        const node = nodeOf(key);
        settle(key, asked, step);
        const isCrowdedStill = isToRelieve(node);
        if (isCrowdedStill) for (const { meetingId } of ask(node, key, asked)) step.changed.add(meetingId);
        watched.delete(key);
        if (isCrowdedStill || asked.size > 0) watched.set(key, asked);
      }
      return step;
    },
    of: (namespace, meetingId) => {
      const found = new Map<string, Relief>();
      for (const { node } of store.get(meetingId)?.topology.placements ?? []) {
        const relief = watched.get(nodeKey(namespace, node))?.get(meetingId);
        if (relief !== undefined && relief.pausedUntilMs === undefined) found.set(node, relief);
      }
      return found;
    },
  };
}

/** Left: they have, and the topology does not show it yet. */
type Progress = 'Asked' | 'Left' | ReliefOutcome;

interface MutableStep {
  readonly changed: Set<string>;
  readonly outcomes: ReliefOutcome[];
}
