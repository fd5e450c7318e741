/** A meeting's placements while they are planned, and the steps that change them. */
import type { MeetingSpec } from '@parley/crds/meeting.js';
import type { PlacementReason } from '@parley/crds/reasons.js';
import { shareToGrant } from '../load/meeting-load.js';
import type { PlacementNode } from '../placement/candidate.js';
import { chooseNode } from '../placement/choose-node.js';
import type { GroupFilter } from '../placement/fleet.js';
import { poolsFilter } from '../placement/place-participants.js';
import type { Placement } from '../topology/topology.js';
import type { MeetingAction, MeetingWorld, RemovalReason } from './plan.js';

export interface Draft {
  readonly world: MeetingWorld;
  /** By its pools. */
  readonly mayUse: GroupFilter;
  readonly placements: Map<string, Placement>;
  /** Nodes that the meeting is on, or will be. */
  readonly taken: Set<string>;
  readonly actions: MeetingAction[];
}

export function startDraft(world: MeetingWorld): Draft {
  const mayUse = poolsFilter(world.spec.pools.map(({ name }) => name));
  return { world, mayUse, placements: new Map(), taken: new Set(), actions: [] };
}

/** Undefined also for one that the meeting may not use. */
export function nodeOf({ world, mayUse }: Draft, name: string): PlacementNode | undefined {
  const node = world.nodes.get(name);
  return node !== undefined && mayUse(node) ? node : undefined;
}

/** A node that the meeting isn't on yet, with room for so many at least. */
export function choose(
  draft: Draft,
  matches: GroupFilter,
  participants: number,
  isOut: (name: string) => boolean = () => false,
): PlacementNode | undefined {
  const { spec, nodes } = draft.world;
  const share = Math.ceil(spec.expectedParticipants / Math.max(1, spec.pools.length));
  return chooseNode(nodes, {
    now: { local: participants, total: participants },
    expected: { local: share, total: spec.expectedParticipants },
    where: (group) => draft.mayUse(group) && matches(group),
    isTaken: (name) => draft.taken.has(name) || isOut(name),
  });
}

/** @param instead whose people it is to take: of a webinar it is for viewers if that was. */
export function add(draft: Draft, node: PlacementNode, reason: PlacementReason, instead?: Placement): void {
  const viewersOnly = instead?.viewersOnly ?? false;
  draft.taken.add(node.name);
  draft.placements.set(node.name, { ...placementOn(node, draft.world.spec), viewersOnly });
  draft.actions.push({ type: 'AddPlacement', node: node.name, reason });
}

/** With the node's addresses and limits as they are now; as they were when it is not known. One that serves again drains no more. */
export function keep(draft: Draft, placement: Placement): void {
  const node = nodeOf(draft, placement.node);
  const current = node === undefined || node.grpcAddress === '' ? placement : renewed(draft, node, placement);
  const draining = placement.draining && node?.state !== 'Serving';
  draft.taken.add(placement.node);
  draft.placements.set(placement.node, { ...current, draining, staying: 0 });
}

/** What takes the place of a placement that is gone: near it, with room for all of its people if there is such a node. */
export function replacementOf(draft: Draft, gone: Placement): PlacementNode | undefined {
  const people = Math.max(1, peopleOn(draft, gone.node));
  const found = choose(draft, near(draft, gone), people) ?? choose(draft, near(draft, gone), 1);
  return found ?? (draft.world.spec.pools.length > 0 ? undefined : choose(draft, () => true, 1));
}

/** A viewers' node becomes one of the speakers'. */
export function openToSpeakers(draft: Draft, node: string): void {
  const placement = draft.placements.get(node);
  if (placement !== undefined) draft.placements.set(node, { ...placement, viewersOnly: false });
}

/** Speakers can't go where only viewers are. */
export function mayTakePeopleOf(gone: Placement, other: Placement | undefined): boolean {
  return gone.viewersOnly || other?.viewersOnly !== true;
}

export function remove(draft: Draft, node: string, reason: RemovalReason): void {
  draft.placements.delete(node);
  draft.actions.push({ type: 'RemovePlacement', node, reason });
}

/** The meeting's people, wherever they are. */
export function peopleInAll({ world }: Draft): number {
  let total = 0;
  for (const people of world.participants.values()) total += people;
  return total;
}

/** People of the meeting. */
export function peopleOn({ world }: Draft, node: string): number {
  return world.participants.get(node) ?? 0;
}

/** What may stand in for a placement: its pool where the meeting names pools, else its region. */
export function near({ world }: Draft, { pool, region }: Pick<Placement, 'pool' | 'region'>): GroupFilter {
  return world.spec.pools.length > 0 ? samePool(pool) : (node) => node.region === region;
}

export function samePool(pool: string): GroupFilter {
  return (node) => node.pool === pool;
}

export function placementOn(node: PlacementNode, spec: Pick<MeetingSpec, 'maxParticipants'>): Placement {
  return {
    node: node.name,
    pool: node.pool,
    region: node.region,
    participantLimit: shareToGrant(node.capacity, spec.maxParticipants),
    grpcAddress: node.grpcAddress,
    announcedAddresses: node.announcedAddresses,
    draining: false,
    staying: 0,
    viewersOnly: false,
  };
}

/** A limit that was raised, or lowered, as the node had room for more or fewer, stays so while nobody asks for another. */
function renewed({ world }: Draft, node: PlacementNode, placement: Placement): Placement {
  const { spec, previous } = world;
  const current = placementOn(node, spec);
  const kept = Math.min(placement.participantLimit, spec.maxParticipants, node.capacity.participants);
  const isSame = previous?.settings.maxParticipants === spec.maxParticipants;
  const participantLimit = isSame ? kept : Math.max(current.participantLimit, kept);
  return { ...current, viewersOnly: placement.viewersOnly, participantLimit };
}
