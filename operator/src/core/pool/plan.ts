/**
 * Which nodes a pool makes, replaces and removes. Nobody's call is dropped: a node that is to go is closed, its people are moved to
 * other nodes (core/meeting/drain.ts), and it goes only once nobody is on it (law 2).
 */
import type { PoolActionReason } from '@parley/crds/reasons.js';
import { byDispensability, isUp } from './dispensability.js';
import type { ObservedNode, PoolWorld } from './world.js';

export type PoolAction =
  | { readonly type: 'IssueCertificate'; readonly node: string; readonly reason: PoolActionReason }
  | { readonly type: 'CreatePod'; readonly node: string; readonly reason: PoolActionReason }
  | { readonly type: 'DeletePod'; readonly node: string; readonly uid: string; readonly reason: PoolActionReason }
  /** No new people for it; those who are there are moved where others have room. */
  | { readonly type: 'CloseNode'; readonly node: string; readonly reason: PoolActionReason }
  | { readonly type: 'ReopenNode'; readonly node: string; readonly reason: 'StillNeeded' };

export interface PoolPlan {
  /** In the order in which they are to be done. */
  readonly actions: readonly PoolAction[];
  readonly requeueAfterMs: number | undefined;
  /** Nodes that go once nobody is on them. */
  readonly waitingForEmpty: readonly string[];
}

/** An empty node is closed for so long before it goes: who was sent there just before may still arrive. */
export const CLOSE_GRACE_MS = 5_000;
/** A failed pod is replaced after so long: one that fails at once must not be made over and over. */
export const FAILED_POD_AGE_MS = 10_000;

export function planPool(world: PoolWorld): PoolPlan {
  const live = world.nodes.filter(({ phase }) => phase !== 'Ending' && phase !== 'Failed');
  const retiring = selectRetiring(world, live);
  const missing = missingNodes(world, retiring);
  const leaving = selectLeaving(world, live, retiring);
  const timers: number[] = [];
  const actions = [
    ...replaceFailed(world, timers),
    ...renewCertificates(world),
    ...createNodes(world, missing),
    ...leaving.flatMap((leaver) => leave(world, leaver, timers)),
    ...reopen(live, leaving),
  ];
  return {
    actions,
    requeueAfterMs: timers.length === 0 ? undefined : Math.max(1, Math.min(...timers)),
    waitingForEmpty: leaving.filter(({ node }) => isUp(node)).map(({ node }) => node.name),
  };
}

interface Leaver {
  readonly node: ObservedNode;
  readonly reason: PoolActionReason;
}

function selectLeaving(
  world: PoolWorld,
  live: readonly ObservedNode[],
  retiring: ObservedNode | undefined,
): readonly Leaver[] {
  const requested = live.filter(({ drainRequested }) => drainRequested);
  const staying = live.filter((node) => !isReplacedFirst(node, retiring));
  const surplus = staying.toSorted(byDispensability(world)).slice(0, Math.max(0, staying.length - world.desired));
  const neverUp = staying.filter((node) => isOutdated(world, node) && !isUp(node) && !surplus.includes(node));
  const mayRetire = retiring !== undefined && isReplaced(world, retiring, staying);
  return [
    ...requested.map((node): Leaver => ({ node, reason: 'DrainRequested' })),
    ...surplus.map((node): Leaver => ({ node, reason: 'AboveDesired' })),
    // At once: a bad template must be mendable.
    ...neverUp.map((node): Leaver => ({ node, reason: 'OutdatedRevision' })),
    ...(mayRetire ? [{ node: retiring, reason: 'OutdatedRevision' } as const] : []),
  ];
}

/** The one node of an old template that is being replaced: that which is closed already, else the emptiest, else the last made. */
function selectRetiring(world: PoolWorld, live: readonly ObservedNode[]): ObservedNode | undefined {
  if (live.some(({ drainRequested }) => drainRequested) || live.length > world.desired + 1) return undefined;
  const outdated = live.filter((node) => isOutdated(world, node) && isUp(node));
  const isClosed = ({ closingSinceMs }: ObservedNode): boolean => closingSinceMs !== undefined;
  const sorted = outdated.toSorted(byDispensability(world));
  return sorted.find(isClosed) ?? sorted[0];
}

/**
 * Whether it may be closed: another is up in its place, and all take participants. Where every host is taken the other can't be
 * scheduled before it goes: then nobody may be on it, or there must be others for them.
 */
function isReplaced(world: PoolWorld, retiring: ObservedNode, staying: readonly ObservedNode[]): boolean {
  if (retiring.closingSinceMs !== undefined) return true;
  if (staying.length < world.desired) return false;
  const waitsForHost = retiring.participants === 0 || world.desired > 1;
  return staying.every(({ phase }) => phase === 'Ready' || (phase === 'Pending' && waitsForHost));
}

/** Another is made before it goes. */
function isReplacedFirst(node: ObservedNode, retiring: ObservedNode | undefined): boolean {
  return node.drainRequested || node === retiring;
}

function isOutdated(world: PoolWorld, { revision }: ObservedNode): boolean {
  return revision !== world.revision;
}

function leave(world: PoolWorld, { node, reason }: Leaver, timers: number[]): readonly PoolAction[] {
  const deletion: PoolAction = { type: 'DeletePod', node: node.name, uid: node.uid, reason };
  if (!isUp(node)) return [deletion];
  if (node.closingSinceMs === undefined) {
    timers.push(CLOSE_GRACE_MS);
    return [{ type: 'CloseNode', node: node.name, reason }];
  }
  if (node.participants > 0) return [];
  const leftMs = node.closingSinceMs + CLOSE_GRACE_MS - world.nowMs;
  if (leftMs <= 0) return [deletion];
  timers.push(leftMs);
  return [];
}

function reopen(live: readonly ObservedNode[], leaving: readonly Leaver[]): readonly PoolAction[] {
  const going = new Set(leaving.map(({ node }) => node.name));
  return live
    .filter((node) => node.closingSinceMs !== undefined && !going.has(node.name))
    .map(({ name }) => ({ type: 'ReopenNode', node: name, reason: 'StillNeeded' }));
}

/** One that has just failed still counts: it is replaced when it goes. One that is drained or retired is replaced before it goes. */
function missingNodes({ nodes, desired, nowMs }: PoolWorld, retiring: ObservedNode | undefined): number {
  const counted = nodes.filter(
    (node) =>
      !isReplacedFirst(node, retiring) &&
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
