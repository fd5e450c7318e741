/**
 * Where participants go, in numbered cases, each with its reason:
 * 0 one that was placed keeps its node; 1 a node of the meeting in the participant's region, while it has room; 2 a new node of that
 * region, 3 the fullest that stays below the target with the meeting's expected size (choose-node.ts); 4 which is a spill where the
 * meeting has nodes there already; 5 another region; 6 no room: say so.
 */
import type { PlacementReason, RefusalReason } from '@parley/crds/reasons.js';
import { loadBeyond, NO_LOAD } from '../load/load.js';
import { loadOfShare, shareToGrant } from '../load/meeting-load.js';
import { joinsLeft, takes, TARGET_UTILIZATION, utilizationWith, type PlacementNode } from './candidate.js';
import { chooseNode } from './choose-node.js';
import type { Fleet, GroupFilter } from './fleet.js';
import type { Reservations } from './reservations.js';

/** Law 6: a meeting is on so many nodes at most. */
export const MAX_MEETING_NODES = 64;
/** A share that is used up grows by this part at a time: each step is a new epoch. */
const LIMIT_STEP = 0.25;

/** A node that the meeting is on. */
export interface MeetingNode {
  readonly node: string;
  readonly participantLimit: number;
  /** Of this meeting: reported, and placed but not yet reported. */
  readonly participants: number;
  /** Of a webinar: speakers go elsewhere. */
  readonly viewersOnly: boolean;
}

/**
 * All that a decision is made from. The operator makes it of its memory; whoever simulates makes it alike: a fleet by
 * `createFleet(nodes)`, in which each node is put again when its report comes, and when someone is placed on it
 * (`load.current` counts reservations that aren't reported, `load.newJoins` those since the last report, and `load.expected`
 * what `comingOfMeeting` says of its meetings); the reservations that `reserve` made of the earlier decisions on the meeting.
 */
export interface PlacementWorld {
  readonly nodes: Fleet;
  /** That the meeting may use; empty: all. */
  readonly pools: readonly string[];
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
  /** They only receive. */
  readonly viewers: boolean;
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
      /** Of these, those for viewers alone. */
      readonly newViewersNodes: ReadonlySet<string>;
      /** Viewers' nodes that become speakers', as no other had room for one. */
      readonly openedToSpeakers: ReadonlySet<string>;
      /** Larger limits for nodes that the meeting is on: the node has room, though the meeting's share of it is used up. */
      readonly raisedLimits: ReadonlyMap<string, number>;
    }
  | { readonly kind: 'Refused'; readonly reason: RefusalReason };

/**
 * The entry point. All or none: a request is refused when one of its participants has no place. Looks at the meeting's own nodes, and
 * at a few of the fleet.
 */
export function planPlacement(world: PlacementWorld, request: PlacementRequest): PlacementPlan {
  const draft = startDraft(world, request);
  for (const participantId of request.participantIds) {
    const refusal = placeOne(draft, participantId);
    if (refusal !== undefined) return { kind: 'Refused', reason: refusal };
  }
  return {
    kind: 'Placed',
    participants: draft.placed,
    newNodes: [...draft.newNodes],
    newViewersNodes: draft.newViewersNodes,
    openedToSpeakers: draft.openedToSpeakers,
    raisedLimits: draft.raisedLimits,
  };
}

/** What changes while the participants of one request are placed one after the other. */
interface Draft {
  readonly world: PlacementWorld;
  readonly request: PlacementRequest;
  readonly isAvoided: ReadonlySet<string>;
  readonly mayUse: GroupFilter;
  readonly meetingNodes: Map<string, MeetingNode>;
  readonly added: Map<string, number>;
  readonly placed: PlacedParticipant[];
  readonly newNodes: Set<string>;
  readonly newViewersNodes: Set<string>;
  readonly openedToSpeakers: Set<string>;
  readonly raisedLimits: Map<string, number>;
  readonly totalBefore: number;
  total: number;
}

function startDraft(world: PlacementWorld, request: PlacementRequest): Draft {
  const total = world.meetingNodes.reduce((sum, { participants }) => sum + participants, 0);
  return {
    world,
    request,
    isAvoided: new Set(request.avoidNodes),
    mayUse: poolsFilter(world.pools),
    meetingNodes: new Map(world.meetingNodes.map((meetingNode) => [meetingNode.node, meetingNode])),
    added: new Map(),
    placed: [],
    newNodes: new Set(),
    newViewersNodes: new Set(),
    openedToSpeakers: new Set(),
    raisedLimits: new Map(),
    totalBefore: total,
    total,
  };
}

/** Empty: all. */
export function poolsFilter(pools: readonly string[]): GroupFilter {
  return ({ pool }) => pools.length === 0 || pools.includes(pool);
}

function nodeOf({ world, isAvoided, mayUse }: Draft, name: string): PlacementNode | undefined {
  const node = world.nodes.get(name);
  return node === undefined || isAvoided.has(name) || !mayUse(node) ? undefined : node;
}

function placeOne(draft: Draft, participantId: string): RefusalReason | undefined {
  const kept = draft.world.reservations.get(participantId)?.node;
  if (kept !== undefined && draft.meetingNodes.has(kept) && nodeOf(draft, kept)?.state === 'Serving') {
    draft.placed.push({ participantId, node: kept, reason: 'KeptOnNode' });
    return undefined;
  }
  // One that must leave its node is counted on it already.
  if (kept === undefined && draft.total >= draft.world.maxParticipants) return 'MeetingFull';
  const found = findNode(draft);
  if (found === undefined) return refusalOf(draft.world.nodes, draft.mayUse);
  if (!draft.meetingNodes.has(found.node)) startOn(draft, found.node);
  draft.added.set(found.node, (draft.added.get(found.node) ?? 0) + 1);
  draft.total += 1;
  draft.placed.push({ participantId, ...found });
  return undefined;
}

function findNode(draft: Draft): { readonly node: string; readonly reason: PlacementReason } | undefined {
  const { region } = draft.request;
  const inRegion: GroupFilter = (group) => region === '' || group.region === region;
  const elsewhere: GroupFilter = (group) => !inRegion(group);

  const near = meetingNodeWithRoom(draft, inRegion);
  if (near !== undefined) return { node: near, reason: 'KeptOnMeetingNode' };
  const nearNew = newNode(draft, inRegion);
  if (nearNew !== undefined) return { node: nearNew, reason: reasonForNewNode(draft, inRegion) };
  const far = meetingNodeWithRoom(draft, elsewhere) ?? newNode(draft, elsewhere);
  if (far !== undefined) return { node: far, reason: 'OtherRegion' };
  const opened = draft.request.viewers ? undefined : openedNode(draft, [inRegion, elsewhere]);
  return opened === undefined ? undefined : { node: opened, reason: 'KeptOnMeetingNode' };
}

/** A speaker who would have to wait gets a viewers' node instead. */
function openedNode(draft: Draft, preferences: readonly GroupFilter[]): string | undefined {
  for (const matches of preferences) {
    const name = meetingNodeWithRoom(draft, matches, true);
    const opened = name === undefined ? undefined : draft.meetingNodes.get(name);
    if (opened === undefined) continue;
    draft.meetingNodes.set(opened.node, { ...opened, viewersOnly: false });
    draft.openedToSpeakers.add(opened.node);
    return opened.node;
  }
  return undefined;
}

/** The one with most of the meeting's people: fewer streams cross relays. One whose share must grow comes after those that have some left. */
function meetingNodeWithRoom(
  draft: Draft,
  matches: GroupFilter,
  mayBeViewers = draft.request.viewers,
): string | undefined {
  let best: Candidate | undefined;
  for (const meetingNode of draft.meetingNodes.values()) {
    if (meetingNode.viewersOnly && !mayBeViewers) continue;
    const candidate = candidateOf(draft, meetingNode, matches);
    if (candidate !== undefined && (best === undefined || isBetter(candidate, best))) best = candidate;
  }
  if (best === undefined) return undefined;
  if (!best.isWithin) draft.raisedLimits.set(best.node.name, raisedLimit(draft, best));
  return best.node.name;
}

/** Undefined: it is not among these, or has no room. */
function candidateOf(draft: Draft, meetingNode: MeetingNode, matches: GroupFilter): Candidate | undefined {
  const { node: name, participantLimit, participants, viewersOnly } = meetingNode;
  const node = nodeOf(draft, name);
  if (node === undefined || !matches(node)) return undefined;
  const added = draft.added.get(name) ?? 0;
  const people = participants + added;
  if (added >= joinsLeft(node) || !takesOneMore(draft, node, participants)) return undefined;
  const isWithin = people < (draft.raisedLimits.get(name) ?? participantLimit);
  const candidate: Candidate = { node, people, isWithin, viewersOnly };
  return isWithin || mayRaise(draft, candidate) ? candidate : undefined;
}

interface Candidate {
  readonly node: PlacementNode;
  /** Of the meeting. */
  readonly people: number;
  readonly isWithin: boolean;
  readonly viewersOnly: boolean;
}

/** Viewers leave room for speakers where these can be. */
function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.isWithin !== b.isWithin) return a.isWithin;
  return a.viewersOnly === b.viewersOnly ? a.people > b.people : a.viewersOnly;
}

/** By what the node reports, and what all who were placed by this request, and one more, will add. */
function takesOneMore(draft: Draft, node: PlacementNode, participants: number): boolean {
  const added = draft.added.get(node.name) ?? 0;
  const after = loadOfShare({ local: participants + added + 1, total: draft.total + 1 });
  return takes(node, loadBeyond(after, loadOfShare({ local: participants, total: draft.totalBefore })));
}

/** Not to the brim: what the meeting's newest people cost may not be in the report yet. */
function mayRaise(draft: Draft, candidate: Candidate): boolean {
  return (
    raisedLimit(draft, candidate) > candidate.people && utilizationWith(candidate.node, NO_LOAD) <= TARGET_UTILIZATION
  );
}

/** Limits are by what people may come to cost (shareToGrant): where they cost less, the node takes more of them. */
function raisedLimit({ world }: Draft, { node, people }: Candidate): number {
  const step = Math.max(1, Math.ceil(people * LIMIT_STEP));
  return Math.min(people + step, world.maxParticipants, node.capacity.participants);
}

function newNode(draft: Draft, matches: GroupFilter): string | undefined {
  if (draft.meetingNodes.size >= MAX_MEETING_NODES) return undefined;
  const { isAvoided, meetingNodes, mayUse, total, world } = draft;
  const expected = Math.max(1, world.expectedParticipants - total);
  return chooseNode(world.nodes, {
    now: { local: 1, total: total + 1 },
    expected: { local: expected, total: total + expected },
    where: (group) => mayUse(group) && matches(group),
    isTaken: (name) => isAvoided.has(name) || meetingNodes.has(name),
  })?.name;
}

function reasonForNewNode(draft: Draft, inRegion: GroupFilter): PlacementReason {
  if (draft.meetingNodes.size === 0) return 'FirstNode';
  const here = [...draft.meetingNodes.keys()].some((name) => {
    const node = nodeOf(draft, name);
    return node !== undefined && inRegion(node);
  });
  return here ? 'SpilledToNewNode' : 'NewNodeInRegion';
}

function startOn(draft: Draft, name: string): void {
  const node = nodeOf(draft, name);
  const participantLimit = node === undefined ? 0 : shareToGrant(node.capacity, draft.world.maxParticipants);
  // Somewhere a speaker must be able to be.
  const viewersOnly = draft.request.viewers && draft.meetingNodes.size > 0;
  draft.meetingNodes.set(name, { node: name, participantLimit, participants: 0, viewersOnly });
  draft.newNodes.add(name);
  if (viewersOnly) draft.newViewersNodes.add(name);
}

export function refusalOf(nodes: Fleet, where: GroupFilter): 'NoNodeReady' | 'NoCapacity' | 'TooManyAtOnce' {
  if (!nodes.hasServing(where)) return 'NoNodeReady';
  return nodes.hasLimited(where) ? 'TooManyAtOnce' : 'NoCapacity';
}
