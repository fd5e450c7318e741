/**
 * What the compared policies have in common, so that only their choice of a node differs: the order of cases of Jicofo's
 * RegionBasedBridgeSelectionStrategy, and Jitsi's full mesh of relays. LiveKit's own rooms stay on one node whatever happens; here its
 * choice, too, may spill to another. As theirs do, they take the least bad node when all are full: nobody waits.
 */
import type { Relay } from '@parley/operator/core/topology/topology.js';
import { partOn, type ActiveMeeting, type Cell } from '../cell.js';
import { addDuration, createDurations } from '../durations.js';
import type { Placer } from './policy.js';

export interface NodeChoice {
  /** Of the nodes of a region that have room, or of all that serve when none has. */
  choose(nodes: readonly number[]): number | undefined;
  /** Whether a meeting with so many people there may have more. */
  hasRoom(node: number, peopleOfMeeting: number): boolean;
  /** Puts the meeting's own nodes in order: the lowest first. */
  loadOf(node: number): number;
  /** Somebody was sent there. */
  placed?(node: number): void;
}

export function createCascadePlacer(cell: Cell, choice: NodeChoice): Placer {
  const { fleet } = cell;
  const durations = createDurations();

  const find = (meeting: ActiveMeeting, region: number): number | undefined => {
    const serving = fleet.serving[region] ?? [];
    const own = meeting.parts
      .filter(({ node }) => fleet.regions[node] === region && fleet.states[node] === 'Serving')
      .toSorted((a, b) => choice.loadOf(a.node) - choice.loadOf(b.node));
    const withRoom = own.find(({ node, people }) => choice.hasRoom(node, people));
    if (withRoom !== undefined) return withRoom.node;
    const open = serving.filter((node) => choice.hasRoom(node, partOn(meeting, node)?.people ?? 0));
    return choice.choose(open) ?? own[0]?.node ?? choice.choose(serving) ?? choice.choose(fleet.serving.flat());
  };

  return {
    durations,
    place: (meeting, { region }) => {
      const startMs = performance.now();
      const node = find(meeting, region);
      addDuration(durations, performance.now() - startMs);
      if (node !== undefined) choice.placed?.(node);
      return node;
    },
    nodesOf: ({ parts }) => {
      const nodes = parts.filter(({ people }) => people > 0).map(({ node }) => node);
      return { nodes, relays: meshOf(nodes.map((node) => cell.names.names[node] ?? '')) };
    },
    ended: () => undefined,
    nodeLost: () => undefined,
    vacate: () => true,
    counted: () => undefined,
    nodeChanged: () => undefined,
    rebalance: () => [],
  };
}

function meshOf(nodes: readonly string[]): readonly Relay[] {
  return nodes.flatMap((dialer, index) =>
    nodes.slice(index + 1).map((listener): Relay => ({ dialer, listener, kind: 'Peer' })),
  );
}
