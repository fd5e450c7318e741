/** Which node a pool can do without best: the one whose drain costs least. */
import type { ObservedNode, PoolWorld } from './world.js';

/**
 * Nobody would miss the first: not up, then empty, then already draining, then of an old template; of the others the one with the
 * fewest people to move (whose meetings don't end soon by themselves), then with the fewest people and streams, then the last made.
 */
export function byDispensability(
  world: Pick<PoolWorld, 'name' | 'revision'>,
): (a: ObservedNode, b: ObservedNode) => number {
  const rank = (node: ObservedNode): readonly number[] => [
    isUp(node) ? 1 : 0,
    node.participants > 0 ? 1 : 0,
    node.drain === undefined ? 1 : 0,
    node.revision === world.revision ? 1 : 0,
    node.participants - node.leavingSoon,
    node.participants,
    node.streams,
    -node.createdAtMs,
    -ordinalOf(world.name, node.name),
  ];
  return (a, b) => {
    const ranks = rank(b);
    const difference = rank(a)
      .map((value, index) => value - (ranks[index] ?? 0))
      .find((value) => value !== 0);
    return difference ?? (a.name < b.name ? -1 : 1);
  };
}

/** It has been ready, so that people may be on it. */
export function isUp({ phase }: ObservedNode): boolean {
  return phase === 'Ready' || phase === 'Unreachable';
}

function ordinalOf(pool: string, node: string): number {
  const ordinal = Number(node.slice(pool.length + 1));
  return Number.isInteger(ordinal) ? ordinal : 0;
}
