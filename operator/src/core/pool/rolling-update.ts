/** How nodes of an older template are replaced: another is made first, few at a time, and a version that does not come up stops it. */
import { byDispensability, isUp } from './dispensability.js';
import type { ObservedNode, PoolWorld } from './world.js';

export interface RollingUpdate {
  /** Others are made in their place while they are still there. */
  readonly replacedFirst: ReadonlySet<ObservedNode>;
  /** They drain, or begin to. */
  readonly retiring: readonly ObservedNode[];
}

/** @param rest nodes that nothing else takes away. */
export function planUpdate(world: PoolWorld, rest: readonly ObservedNode[]): RollingUpdate {
  const { desired } = world;
  const maxSurge = nodesOf(world.update.maxSurge, desired);
  const maxDraining = Math.max(1, nodesOf(world.update.maxDraining, desired));
  const outdated = rest
    .filter((node) => isOutdated(world, node) && isUp(node))
    .toSorted((a, b) => Number(b.drain !== undefined) - Number(a.drain !== undefined) || byDispensability(world)(a, b));
  const draining = outdated.filter(({ drain }) => drain !== undefined);
  const next = outdated.slice(0, Math.max(maxDraining, draining.length));
  const surged = next.slice(0, maxSurge);
  // A pool that shrinks does that first.
  if (rest.length > desired + surged.length) return { replacedFirst: new Set(), retiring: [] };

  const unavailable = Math.max(0, maxDraining - maxSurge);
  const starting: ObservedNode[] = [];
  const allDraining = world.nodes.filter(({ drain }) => drain !== undefined).length;
  for (const node of next.slice(draining.length)) {
    const left = rest.filter(
      (other) => other !== node && !starting.includes(other) && isThereInsteadOf(world, node, other),
    );
    const isReplaced = left.length >= desired - unavailable;
    if (isReplaced && allDraining + starting.length < maxDraining) starting.push(node);
  }
  return { replacedFirst: new Set(surged), retiring: [...draining, ...starting] };
}

export function isOutdated(world: Pick<PoolWorld, 'revision'>, { revision }: ObservedNode): boolean {
  return revision !== world.revision;
}

/**
 * Whether it takes people, or will. Where every host is taken the other can't be scheduled before the old one goes: then nobody may
 * be on that, or there must be others for them.
 */
function isThereInsteadOf(world: PoolWorld, node: ObservedNode, other: ObservedNode): boolean {
  if (other.drain !== undefined) return false;
  const waitsForHost = other.phase === 'Pending' && (node.participants === 0 || world.desired > 1);
  return other.phase === 'Ready' || waitsForHost;
}

/** Of a number, or a percentage of the desired nodes, rounded up. */
function nodesOf(value: number | string, desired: number): number {
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseInt(value, 10) * desired) / 100);
}
