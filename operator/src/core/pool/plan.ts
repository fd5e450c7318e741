/**
 * Which nodes a pool makes, replaces and removes. Nobody's call is dropped: a node that is to go is drained (drain.ts), and goes once
 * nobody is on it, or at its deadline (law 2).
 */
import type { DrainReason, PoolActionReason } from '@parley/crds/reasons.js';
import { byDispensability, isUp } from './dispensability.js';
import { drainOf, drainOfDeleted, stepDrain, type DrainCause, type DrainStep } from './drain.js';
import { isOutdated, planUpdate, type RollingUpdate } from './rolling-update.js';
import type { Drain, ObservedNode, PoolWorld } from './world.js';

export type PoolAction =
  | { readonly type: 'IssueCertificate'; readonly node: string; readonly reason: PoolActionReason }
  | { readonly type: 'CreatePod'; readonly node: string; readonly reason: PoolActionReason }
  | DeletePod
  | DrainAction;

export interface DeletePod {
  readonly type: 'DeletePod';
  readonly node: string;
  readonly uid: string;
  readonly reason: PoolActionReason;
}

export type DrainAction =
  /** It takes no new meetings. Also where a drain becomes more urgent. */
  | { readonly type: 'StartDrain'; readonly node: string; readonly drain: Drain; readonly reason: DrainReason }
  /** The next phase of it. */
  | {
      readonly type: 'AdvanceDrain';
      readonly node: string;
      readonly drain: Drain;
      readonly reason: 'DrainWaitOver' | 'NodeEmptied';
    }
  /** People of these meetings are moved to other nodes, where those have room. */
  | {
      readonly type: 'MigrateMeetings';
      readonly node: string;
      readonly meetingIds: readonly string[];
      readonly reason: DrainReason;
    }
  /** Who is still there is to reconnect elsewhere, room or no room. */
  | { readonly type: 'ReconnectPeople'; readonly node: string; readonly reason: 'DrainDeadlineExceeded' }
  | { readonly type: 'CancelDrain'; readonly node: string; readonly reason: 'StillNeeded' };

export interface PoolPlan {
  /** In the order in which they are to be done. */
  readonly actions: readonly PoolAction[];
  readonly requeueAfterMs: number | undefined;
  /** Of nodes that are to go, by name. */
  readonly drains: ReadonlyMap<string, Drain>;
}

/** A failed pod is replaced after so long: one that fails at once must not be made over and over. */
export const FAILED_POD_AGE_MS = 10_000;
/** Those made bring the pool here again: the first of hundreds have their certificates, and show in the status, before the last is made. */
export const MADE_AT_ONCE = 64;

export function planPool(world: PoolWorld): PoolPlan {
  const live = world.nodes.filter(({ phase }) => phase !== 'Ending' && phase !== 'Failed');
  const asked = live.filter((node) => isAskedToGo(node));
  const rest = live.filter((node) => !isAskedToGo(node));
  const update = planUpdate(world, rest);
  const leaving = selectLeaving(world, { asked, rest, update });
  const timers: number[] = [];
  const drains = new Map<string, Drain>();
  const actions = [
    ...replaceFailed(world, timers),
    ...renewCertificates(world),
    ...createNodes(world, Math.min(MADE_AT_ONCE, missingNodes(world, update))),
    ...[...leaving.flatMap((leaver) => leave(world, leaver)), ...leaveDeleted(world)].flatMap((left) => {
      if (left.step?.againInMs !== undefined) timers.push(left.step.againInMs);
      if (left.step !== undefined) drains.set(left.node, left.step.drain);
      return left.actions;
    }),
    ...cancelDrains(live, leaving),
  ];
  return {
    actions,
    requeueAfterMs: timers.length === 0 ? undefined : Math.max(1, Math.min(...timers)),
    drains,
  };
}

interface Leaver {
  readonly node: ObservedNode;
  readonly cause: DrainCause;
}

interface Selection {
  readonly asked: readonly ObservedNode[];
  readonly rest: readonly ObservedNode[];
  readonly update: RollingUpdate;
}

/** By a person, or by its host. Another is made first. */
function isAskedToGo({ drainRequested, hostSignal }: ObservedNode): boolean {
  return drainRequested || hostSignal !== undefined;
}

function selectLeaving(world: PoolWorld, { asked, rest, update }: Selection): readonly Leaver[] {
  const { deadlineSeconds } = world.drain;
  const because =
    (reason: DrainReason) =>
    (node: ObservedNode): Leaver => ({
      node,
      cause: { reason, allowedSeconds: deadlineSeconds },
    });
  const staying = rest.filter((node) => !update.replacedFirst.has(node));
  const surplus = staying.toSorted(byDispensability(world)).slice(0, Math.max(0, staying.length - world.desired));
  const others = staying.filter((node) => !surplus.includes(node));
  // At once: a bad template must be mendable.
  const neverUp = others.filter((node) => isOutdated(world, node) && !isUp(node));
  return [
    ...asked.map((node): Leaver => {
      const { hostSignal } = node;
      if (hostSignal === undefined) return because('DrainRequested')(node);
      return { node, cause: { reason: hostSignal.reason, allowedSeconds: hostSignal.deadlineSeconds } };
    }),
    ...surplus.map(because('AboveDesired')),
    ...neverUp.map(because('OutdatedRevision')),
    ...update.retiring.filter((node) => !surplus.includes(node)).map(because('OutdatedRevision')),
  ];
}

interface Left {
  readonly node: string;
  readonly actions: readonly PoolAction[];
  readonly step: DrainStep | undefined;
}

function leave(world: PoolWorld, { node, cause }: Leaver): Left {
  const { name, uid } = node;
  const deletion = (reason: PoolActionReason): DeletePod => ({ type: 'DeletePod', node: name, uid, reason });
  if (!isUp(node)) return { node: name, actions: [deletion(cause.reason)], step: undefined };
  const drain = drainOf(node, cause, world.drain, world.nowMs);
  const step = stepDrain(node, drain, world.drain, world.nowMs);
  if (step.isOver) {
    const reason = node.participants > 0 ? 'DrainDeadlineExceeded' : cause.reason;
    return { node: name, actions: [deletion(reason)], step };
  }
  return { node: name, actions: [...writeDrain(node, drain), ...moveActions(name, step)], step };
}

/** Whoever deleted it: its people are moved while it serves on. */
function leaveDeleted({ nodes, drain: policy, nowMs }: PoolWorld): readonly Left[] {
  return nodes.flatMap((node): Left[] => {
    const drain = node.phase === 'Ending' ? drainOfDeleted(node, policy, nowMs) : undefined;
    if (drain === undefined || node.participants === 0) return [];
    const step = stepDrain(node, drain, policy, nowMs);
    return [{ node: node.name, actions: moveActions(node.name, step), step }];
  });
}

/** A phase is written when it is reached, and no earlier than the drain itself. */
function writeDrain({ name, drain: written }: ObservedNode, drain: Drain): readonly PoolAction[] {
  if (written === undefined || written.reason !== drain.reason || written.deadlineMs !== drain.deadlineMs)
    return [{ type: 'StartDrain', node: name, drain, reason: drain.reason }];
  if (written.phase === drain.phase) return [];
  const reason = drain.phase === 'Drained' ? 'NodeEmptied' : 'DrainWaitOver';
  return [{ type: 'AdvanceDrain', node: name, drain, reason }];
}

function moveActions(node: string, { drain, departures, reconnects }: DrainStep): readonly PoolAction[] {
  return [
    ...(departures.length > 0
      ? [{ type: 'MigrateMeetings', node, meetingIds: departures, reason: drain.reason } as const]
      : []),
    ...(reconnects ? [{ type: 'ReconnectPeople', node, reason: 'DrainDeadlineExceeded' } as const] : []),
  ];
}

function cancelDrains(live: readonly ObservedNode[], leaving: readonly Leaver[]): readonly PoolAction[] {
  const going = new Set(leaving.map(({ node }) => node.name));
  return live
    .filter((node) => node.drain !== undefined && !going.has(node.name))
    .map(({ name }) => ({ type: 'CancelDrain', node: name, reason: 'StillNeeded' }));
}

/** One that has just failed still counts: it is replaced when it goes. One that is asked to go or retired is replaced before it goes. */
function missingNodes({ nodes, desired, nowMs }: PoolWorld, { replacedFirst }: RollingUpdate): number {
  const counted = nodes.filter(
    (node) =>
      !isAskedToGo(node) &&
      !replacedFirst.has(node) &&
      node.phase !== 'Ending' &&
      (node.phase !== 'Failed' || nowMs - node.createdAtMs < FAILED_POD_AGE_MS),
  );
  return Math.max(0, desired - counted.length);
}

function replaceFailed(world: PoolWorld, timers: number[]): readonly PoolAction[] {
  return world.nodes.flatMap(({ name, uid, phase, createdAtMs }): PoolAction[] => {
    if (phase !== 'Failed') return [];
    const leftMs = createdAtMs + FAILED_POD_AGE_MS - world.nowMs;
    if (leftMs <= 0) return [{ type: 'DeletePod', node: name, uid, reason: 'NodeFailed' }];
    timers.push(leftMs);
    return [];
  });
}

/** Its certificate follows as soon as the pod is there: the pod owns it, and waits for it. */
function createNodes(world: PoolWorld, count: number): readonly PoolAction[] {
  return freeNames(world, count).map((node) => ({ type: 'CreatePod', node, reason: 'BelowDesired' }));
}

function renewCertificates(world: PoolWorld): readonly PoolAction[] {
  const held = new Map(world.certificates.map(({ node, state }) => [node, state]));
  return world.nodes.flatMap(({ name, phase }): PoolAction[] => {
    const state = held.get(name) ?? 'CertificateMissing';
    if (state === 'Current' || phase === 'Ending' || phase === 'Failed') return [];
    return [{ type: 'IssueCertificate', node: name, reason: state }];
  });
}

function freeNames(world: PoolWorld, count: number): readonly string[] {
  const taken = new Set(world.nodes.map(({ name }) => name));
  const names: string[] = [];
  for (let ordinal = 0; names.length < count; ordinal += 1) {
    const name = `${world.name}-${String(ordinal)}`;
    if (!taken.has(name)) names.push(name);
  }
  return names;
}
