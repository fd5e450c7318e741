/** A meeting's placements while they are planned, and the steps that change them. */
import type { MeetingSpec } from '@parley/crds/meeting.js';
import type { PlacementReason } from '@parley/crds/reasons.js';
import type { PlacementNode } from '../placement/candidate.js';
import { chooseNode } from '../placement/choose-node.js';
import type { Placement } from '../topology/topology.js';
import type { MeetingAction, MeetingWorld, RemovalReason } from './plan.js';

export interface Draft {
  readonly world: MeetingWorld;
  /** Those that the meeting may use. */
  readonly nodes: ReadonlyMap<string, PlacementNode>;
  readonly placements: Map<string, Placement>;
  /** Nodes that the meeting is on, or will be. */
  readonly taken: Set<string>;
  readonly actions: MeetingAction[];
}

export type NodeFilter = (node: Pick<PlacementNode, 'pool' | 'region'>) => boolean;

export function startDraft(world: MeetingWorld): Draft {
  const wanted = new Set(world.spec.pools.map(({ name }) => name));
  const usable = world.nodes.filter(({ pool }) => wanted.size === 0 || wanted.has(pool));
  const nodes = new Map(usable.map((node) => [node.name, node]));
  return { world, nodes, placements: new Map(), taken: new Set(), actions: [] };
}

/** A node that the meeting isn't on yet, with room for so many at least. */
export function choose(
  draft: Draft,
  matches: (node: PlacementNode) => boolean,
  participants: number,
): PlacementNode | undefined {
  const { spec } = draft.world;
  const open = [...draft.nodes.values()].filter((node) => !draft.taken.has(node.name) && matches(node));
  const expected = Math.ceil(spec.expectedParticipants / Math.max(1, spec.pools.length));
  return chooseNode(open, { participants, expected: Math.max(expected, participants) });
}

export function add(draft: Draft, node: PlacementNode, reason: PlacementReason): void {
  draft.taken.add(node.name);
  draft.placements.set(node.name, placementOn(node, draft.world.spec));
  draft.actions.push({ type: 'AddPlacement', node: node.name, reason });
}

/** With the node's addresses and limits as they are now; as they were when it is not known. One that serves again drains no more. */
export function keep(draft: Draft, placement: Placement): void {
  const node = draft.nodes.get(placement.node);
  const current = node === undefined || node.grpcAddress === '' ? placement : placementOn(node, draft.world.spec);
  const draining = placement.draining && node?.state !== 'Serving';
  draft.taken.add(placement.node);
  draft.placements.set(placement.node, { ...current, draining });
}

export function remove(draft: Draft, node: string, reason: RemovalReason): void {
  draft.placements.delete(node);
  draft.actions.push({ type: 'RemovePlacement', node, reason });
}

/** People of the meeting. */
export function peopleOn({ world }: Draft, node: string): number {
  return world.participants.get(node) ?? 0;
}

/** What may stand in for a placement: its pool where the meeting names pools, else its region. */
export function near({ world }: Draft, { pool, region }: Pick<Placement, 'pool' | 'region'>): NodeFilter {
  return world.spec.pools.length > 0 ? samePool(pool) : (node) => node.region === region;
}

export function samePool(pool: string): NodeFilter {
  return (node) => node.pool === pool;
}

export function placementOn(node: PlacementNode, spec: Pick<MeetingSpec, 'maxParticipants'>): Placement {
  return {
    node: node.name,
    pool: node.pool,
    region: node.region,
    participantLimit: Math.min(spec.maxParticipants, node.capacity.participants),
    grpcAddress: node.grpcAddress,
    announcedAddresses: node.announcedAddresses,
    draining: false,
  };
}
