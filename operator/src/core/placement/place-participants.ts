/**
 * Where participants go, in numbered cases, each with its reason:
 * 0 one that was placed keeps its node; 1 a node of the meeting in the participant's region; 2 a new node of that region;
 * 3 a node of the meeting elsewhere; 4 a new node elsewhere; 5 no room: say so.
 */
import type { PlacementReason, RefusalReason } from '@parley/crds/reasons.js';
import { roomOf, type PlacementNode } from './candidate.js';
import { chooseNode } from './choose-node.js';
import type { Reservations } from './reservations.js';

/** Law 6: a meeting is on so many nodes at most. */
export const MAX_MEETING_NODES = 64;

/** A node that the meeting is on. */
export interface MeetingNode {
  readonly node: string;
  readonly participantLimit: number;
  /** Of this meeting: reported, and placed but not yet reported. */
  readonly participants: number;
}

export interface PlacementWorld {
  /** Those that the meeting may use. */
  readonly nodes: readonly PlacementNode[];
  readonly meetingNodes: readonly MeetingNode[];
  readonly reservations: Reservations;
  readonly maxParticipants: number;
  readonly expectedParticipants: number;
}

export interface PlacementRequest {
  readonly participantIds: readonly string[];
  /** Empty: no preference. */
  readonly region: string;
  readonly avoidNodes: readonly string[];
}

export interface PlacedParticipant {
  readonly participantId: string;
  readonly node: string;
  readonly reason: PlacementReason;
}

export type PlacementPlan =
  | {
      readonly kind: 'Placed';
      readonly participants: readonly PlacedParticipant[];
      /** Nodes that the meeting was not on before. */
      readonly newNodes: readonly string[];
    }
  | { readonly kind: 'Refused'; readonly reason: RefusalReason };

/** All or none: a request is refused when one of its participants has no place. */
export function planPlacement(world: PlacementWorld, request: PlacementRequest): PlacementPlan {
  const draft = startDraft(world, request);
  for (const participantId of request.participantIds) {
    const refusal = placeOne(draft, participantId);
    if (refusal !== undefined) return { kind: 'Refused', reason: refusal };
  }
  return { kind: 'Placed', participants: draft.placed, newNodes: [...draft.newNodes] };
}

/** What changes while the participants of one request are placed one after the other. */
interface Draft {
  readonly world: PlacementWorld;
  readonly request: PlacementRequest;
  readonly nodes: ReadonlyMap<string, PlacementNode>;
  readonly meetingNodes: Map<string, MeetingNode>;
  readonly added: Map<string, number>;
  readonly placed: PlacedParticipant[];
  readonly newNodes: Set<string>;
  total: number;
}

function startDraft(world: PlacementWorld, request: PlacementRequest): Draft {
  const avoided = new Set(request.avoidNodes);
  return {
    world,
    request,
    nodes: new Map(world.nodes.filter(({ name }) => !avoided.has(name)).map((node) => [node.name, node])),
    meetingNodes: new Map(world.meetingNodes.map((meetingNode) => [meetingNode.node, meetingNode])),
    added: new Map(),
    placed: [],
    newNodes: new Set(),
    total: world.meetingNodes.reduce((sum, { participants }) => sum + participants, 0),
  };
}

function placeOne(draft: Draft, participantId: string): RefusalReason | undefined {
  const kept = draft.world.reservations.get(participantId)?.node;
  if (kept !== undefined && draft.meetingNodes.has(kept) && draft.nodes.get(kept)?.state === 'Serving') {
    draft.placed.push({ participantId, node: kept, reason: 'KeptOnNode' });
    return undefined;
  }
  // One that must leave its node is counted on it already.
  if (kept === undefined && draft.total >= draft.world.maxParticipants) return 'MeetingFull';
  const found = findNode(draft);
  if (found === undefined) return refusalOf(draft.world.nodes);
  if (!draft.meetingNodes.has(found.node)) startOn(draft, found.node);
  draft.added.set(found.node, (draft.added.get(found.node) ?? 0) + 1);
  draft.total += 1;
  draft.placed.push({ participantId, ...found });
  return undefined;
}

function findNode(draft: Draft): { readonly node: string; readonly reason: PlacementReason } | undefined {
  const { region } = draft.request;
  const inRegion = (node: PlacementNode): boolean => region === '' || node.region === region;
  const elsewhere = (node: PlacementNode): boolean => !inRegion(node);

  const near = meetingNodeWithRoom(draft, inRegion);
  if (near !== undefined) return { node: near, reason: 'KeptOnMeetingNode' };
  const nearNew = newNode(draft, inRegion);
  if (nearNew !== undefined) return { node: nearNew, reason: reasonForNewNode(draft, inRegion) };
  const far = meetingNodeWithRoom(draft, elsewhere) ?? newNode(draft, elsewhere);
  return far === undefined ? undefined : { node: far, reason: 'OtherRegion' };
}

/** The one with most of the meeting's people: fewer streams cross relays. */
function meetingNodeWithRoom(draft: Draft, matches: (node: PlacementNode) => boolean): string | undefined {
  let best: { readonly node: string; readonly people: number } | undefined;
  for (const { node: name, participantLimit, participants } of draft.meetingNodes.values()) {
    const node = draft.nodes.get(name);
    if (node === undefined || !matches(node)) continue;
    const people = participants + (draft.added.get(name) ?? 0);
    if (people >= participantLimit || roomOf(node) <= (draft.added.get(name) ?? 0)) continue;
    if (best === undefined || people > best.people) best = { node: name, people };
  }
  return best?.node;
}

function newNode(draft: Draft, matches: (node: PlacementNode) => boolean): string | undefined {
  if (draft.meetingNodes.size >= MAX_MEETING_NODES) return undefined;
  const unused = [...draft.nodes.values()].filter((node) => !draft.meetingNodes.has(node.name) && matches(node));
  const expected = Math.max(1, draft.world.expectedParticipants - draft.total);
  return chooseNode(unused, { participants: 1, expected })?.name;
}

function reasonForNewNode(draft: Draft, inRegion: (node: PlacementNode) => boolean): PlacementReason {
  if (draft.meetingNodes.size === 0) return 'FirstNode';
  const here = [...draft.meetingNodes.keys()].some((name) => {
    const node = draft.nodes.get(name);
    return node !== undefined && inRegion(node);
  });
  return here ? 'SpilledToNewNode' : 'NewNodeInRegion';
}

function startOn(draft: Draft, node: string): void {
  const limit = Math.min(draft.world.maxParticipants, draft.nodes.get(node)?.capacity.participants ?? 0);
  draft.meetingNodes.set(node, { node, participantLimit: limit, participants: 0 });
  draft.newNodes.add(node);
}

export function refusalOf(nodes: readonly PlacementNode[]): 'NoNodeReady' | 'NoCapacity' {
  return nodes.some(({ state }) => state === 'Serving') ? 'NoCapacity' : 'NoNodeReady';
}
