import type { SFUPoolConditionType } from '@parley/crds/conditions.js';
import { POOL_LABEL } from '@parley/crds/labels.js';
import { meaningOf, type PoolStateReason } from '@parley/crds/reasons.js';
import type { NodePhase, NodeStatus, SFUPool, SFUPoolStatus } from '@parley/crds/sfu-pool.js';
import type { ScalingPlan } from '../scaling/plan.js';
import type { NodeState } from '../pool/node-phase.js';
import type { PoolPlan } from '../pool/plan.js';
import type { Drain } from '../pool/world.js';
import { conditionsOf, type ConditionUpdate } from './conditions.js';
import { isSameJson } from './same-json.js';

export interface NodeFacts {
  readonly name: string;
  readonly state: NodeState;
  readonly host: string | undefined;
  readonly announcedAddresses: readonly string[];
  readonly participants: number;
}

export interface PoolStatusInput {
  readonly pool: SFUPool;
  readonly previous: SFUPoolStatus | undefined;
  readonly nodes: readonly NodeFacts[];
  readonly plan: PoolPlan;
  /** Nodes that there should be. */
  readonly desired: number;
  /** Undefined: replicas decides. */
  readonly scaling: ScalingPlan | undefined;
  /** What the API server said to a pod that it did not take. */
  readonly refusal: string | undefined;
  readonly nowMs: number;
}

/** Law 6: a status holds so many characters of another's message. */
const MAX_MESSAGE = 512;

export function statusOfPool(input: PoolStatusInput): SFUPoolStatus {
  const { pool } = input;
  const { drains } = input.plan;
  const phaseOf = ({ name, state }: NodeFacts): NodePhase => {
    const serves = state.phase === 'Ready' || state.phase === 'Ending';
    return (serves ? drains.get(name)?.phase : undefined) ?? state.phase;
  };
  const ready = input.nodes.filter((node) => phaseOf(node) === 'Ready').length;
  return {
    observedGeneration: pool.metadata.generation,
    desired: input.desired,
    ...(input.scaling !== undefined && { scaling: scalingStatus(input.scaling) }),
    replicas: input.nodes.length,
    readyReplicas: ready,
    selector: `${POOL_LABEL}=${pool.metadata.name}`,
    participants: input.nodes.reduce((sum, { participants }) => sum + participants, 0),
    capacity: {
      participants: ready * pool.spec.capacity.participants,
      consumers: ready * pool.spec.capacity.consumers,
    },
    nodes: input.nodes
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((node) => ({
        name: node.name,
        phase: phaseOf(node),
        ...(node.state.reason !== undefined && { reason: node.state.reason }),
        ...(node.host !== undefined && { host: node.host }),
        ...(node.announcedAddresses.length > 0 && { announcedAddresses: [...node.announcedAddresses] }),
        participants: node.participants,
        ...drainStatusOf(drains.get(node.name)),
      })),
    conditions: conditionsOf({
      previous: input.previous?.conditions ?? [],
      updates: [readyCondition(input, ready), progressingCondition(input)],
      observedGeneration: pool.metadata.generation,
      nowMs: input.nowMs,
    }),
  };
}

function drainStatusOf(drain: Drain | undefined): Pick<NodeStatus, 'drain'> {
  if (drain === undefined) return {};
  const since = new Date(drain.sinceMs).toISOString();
  return { drain: { reason: drain.reason, since, deadline: new Date(drain.deadlineMs).toISOString() } };
}

function scalingStatus({ wish, winner, heldBack, signals }: ScalingPlan): NonNullable<SFUPoolStatus['scaling']> {
  return {
    wish,
    ...(winner !== undefined && { winner }),
    ...(heldBack !== undefined && { heldBack: { reason: heldBack, message: meaningOf(heldBack) } }),
    signals: signals.map(({ name, wish: wished, reason, detail }) => ({
      name,
      ...(wished !== undefined && { wish: wished }),
      reason,
      message: (detail === '' ? meaningOf(reason) : `${meaningOf(reason)} Now: ${detail}.`).slice(0, MAX_MESSAGE),
    })),
  };
}

function readyCondition(input: PoolStatusInput, ready: number): ConditionUpdate<SFUPoolConditionType> {
  const { desired } = input;
  const tally = `${String(ready)} of ${String(desired)} nodes are ready.`;
  if (desired === 0 && input.nodes.length === 0) return condition('Ready', 'True', 'NoNodesDesired');
  if (ready >= desired) return { ...condition('Ready', 'True', 'AllNodesReady'), message: tally };
  const { reason, detail } = obstacleOf(input);
  const message = [tally, meaningOf(reason), detail].filter((part) => part !== '').join(' ');
  return { ...condition('Ready', 'False', reason), message: message.slice(0, MAX_MESSAGE) };
}

/** What stands in the way first, in the order in which a person would have to mend it. */
const OBSTACLES: readonly PoolStateReason[] = [
  'ImageUnavailable',
  'NodesUnschedulable',
  'NodesCrashing',
  'HostAddressMissing',
  'NodesUnreachable',
];

function obstacleOf(input: PoolStatusInput): { readonly reason: PoolStateReason; readonly detail: string } {
  if (input.refusal !== undefined) return { reason: 'PodRefused', detail: input.refusal };
  for (const reason of OBSTACLES) {
    const node = input.nodes.find(({ state }) => state.reason === reason);
    if (node !== undefined) return { reason, detail: `${node.name}: ${node.state.message}` };
  }
  return { reason: 'NodesStarting', detail: '' };
}

function progressingCondition({ plan, nodes }: PoolStatusInput): ConditionUpdate<SFUPoolConditionType> {
  const among = (...phases: NodePhase[]): boolean => nodes.some(({ state }) => phases.includes(state.phase));
  if (plan.drains.size > 0) {
    const draining = condition('Progressing', 'True', 'NodesDraining');
    const message = `${draining.message} Waiting for ${[...plan.drains.keys()].join(', ')}.`;
    return { ...draining, message: message.slice(0, MAX_MESSAGE) };
  }
  if (among('Pending', 'Starting', 'Failed') || plan.actions.some(({ type }) => type === 'CreatePod'))
    return condition('Progressing', 'True', 'NodesStarting');
  if (among('Ending')) return condition('Progressing', 'True', 'NodesEnding');
  return condition('Progressing', 'False', 'Settled');
}

function condition(
  type: SFUPoolConditionType,
  status: 'True' | 'False',
  reason: PoolStateReason,
): ConditionUpdate<SFUPoolConditionType> {
  return { type, status, reason, message: meaningOf(reason) };
}

/** Whether anything but the counts differs: that is written at once, counts within the cell's budget. */
export function isPoolWrittenAtOnce(previous: SFUPoolStatus | undefined, next: SFUPoolStatus): boolean {
  if (previous === undefined) return true;
  return !isSameJson(withoutCounts(previous), withoutCounts(next));
}

/** What the TURN controller writes into the same status is none of the pool controller's. */
export function ownPoolStatus(status: SFUPoolStatus): SFUPoolStatus {
  const own: readonly string[] = ['Ready', 'Progressing'] satisfies SFUPoolConditionType[];
  const pool = { ...status, conditions: (status.conditions ?? []).filter(({ type }) => own.includes(type)) };
  delete pool.turn;
  return pool;
}

export function isSamePoolStatus(previous: SFUPoolStatus | undefined, next: SFUPoolStatus): boolean {
  return previous !== undefined && isSameJson(previous, next);
}

function withoutCounts(status: SFUPoolStatus): SFUPoolStatus {
  const { scaling, ...rest } = status;
  return {
    ...rest,
    ...(scaling !== undefined && { scaling: withoutNumbers(scaling) }),
    participants: 0,
    nodes: (status.nodes ?? []).map((node) => ({ ...node, participants: 0 })),
  };
}

/** Who wins and what holds back is news; how much they wish at the moment is not. */
function withoutNumbers(scaling: NonNullable<SFUPoolStatus['scaling']>): NonNullable<SFUPoolStatus['scaling']> {
  return {
    ...scaling,
    wish: 0,
    signals: (scaling.signals ?? []).map(({ name, reason }) => ({ name, reason, message: '' })),
  };
}
