import { consumersOf, roomOf, TARGET_UTILIZATION, utilizationOf, type PlacementNode } from './candidate.js';

export interface NodeNeed {
  /** Who comes now: at least one must fit. */
  readonly participants: number;
  /** Who will likely come. */
  readonly expected: number;
}

/**
 * Among nodes that stay below the target with the meeting's expected size, the fullest, so that others empty; when there is none,
 * the emptiest that has room at all. Names break ties, so the same world gives the same answer.
 */
export function chooseNode(nodes: readonly PlacementNode[], need: NodeNeed): PlacementNode | undefined {
  const open = nodes.filter((node) => roomOf(node) >= Math.max(1, need.participants));
  const fitting = open.filter((node) => utilizationWith(node, need) <= TARGET_UTILIZATION);
  const best = fitting.reduce<PlacementNode | undefined>(
    (found, node) => (found === undefined || isFuller(node, found) ? node : found),
    undefined,
  );
  if (best !== undefined) return best;
  return open.reduce<PlacementNode | undefined>(
    (found, node) => (found === undefined || isEmptier(node, found) ? node : found),
    undefined,
  );
}

function utilizationWith(node: PlacementNode, need: NodeNeed): number {
  const { capacity, load } = node;
  const people = load.participants + load.expectedParticipants + Math.max(need.expected, need.participants);
  const consumers = load.consumers + consumersOf(need.expected);
  return Math.max(people / capacity.participants, consumers / capacity.consumers, load.workerCpu);
}

function isFuller(a: PlacementNode, b: PlacementNode): boolean {
  const difference = utilizationOf(a) - utilizationOf(b);
  return difference === 0 ? a.name < b.name : difference > 0;
}

function isEmptier(a: PlacementNode, b: PlacementNode): boolean {
  const difference = utilizationOf(a) - utilizationOf(b);
  return difference === 0 ? a.name < b.name : difference < 0;
}
