/** What goes on in a cell at one moment: meetings, their parts on nodes, and who is where. Everything that changes a node's load is here. */
import type { Fleet } from './fleet/fleet.js';
import { nameNodes, type NodeNames } from './fleet/names.js';
import { hopsOf, linksOf, updateLoads, type MeetingParts, type Part } from './media/meeting-load.js';
import type { MeetingNodes } from './policy/policy.js';
import type { Workload } from './workload/workload.js';

export interface ActiveMeeting extends MeetingParts {
  readonly id: number;
  readonly homeRegion: number;
  /** 0: nobody said. */
  readonly announced: number;
  hops: number;
}

export const NOWHERE = -1;
export const WAITING = -2;

export interface Cell {
  readonly fleet: Fleet;
  readonly names: NodeNames;
  readonly workload: Workload;
  readonly meetings: Map<number, ActiveMeeting>;
  /** Ids of those with a part on the node. */
  readonly meetingsOn: readonly Set<number>[];
  /** A participant's node, NOWHERE or WAITING. */
  readonly nodeOf: Int32Array;
  nowMs: number;
  relayBitsPerSecond: number;
  /** Sum over people of the most relays that their meeting's streams cross. */
  peopleHops: number;
  people: number;
}

export function createCell(workload: Workload, fleet: Fleet): Cell {
  return {
    fleet,
    names: nameNodes(fleet),
    workload,
    meetings: new Map(),
    meetingsOn: Array.from(fleet.people, () => new Set<number>()),
    nodeOf: new Int32Array(workload.participants.count).fill(NOWHERE),
    nowMs: 0,
    relayBitsPerSecond: 0,
    peopleHops: 0,
    people: 0,
  };
}

export function openMeeting(cell: Cell, id: number): ActiveMeeting {
  const known = cell.meetings.get(id);
  if (known !== undefined) return known;
  const { homeRegion, announced, activity } = cell.workload.meetings;
  const meeting: ActiveMeeting = {
    id,
    homeRegion: homeRegion[id] as number,
    announced: announced[id] as number,
    parts: [],
    links: [],
    activity: activity[id] as number,
    people: 0,
    relayBitsPerSecond: 0,
    hops: 0,
  };
  cell.meetings.set(id, meeting);
  return meeting;
}

export function partOn(meeting: MeetingParts, node: number): Part | undefined {
  return meeting.parts.find((part) => part.node === node);
}

export function enter(cell: Cell, meeting: ActiveMeeting, participant: number, node: number): void {
  change(cell, meeting, () => {
    partFor(cell, meeting, node).people += 1;
    meeting.people += 1;
    cell.fleet.touch(node, cell.nowMs);
    cell.fleet.people[node] = (cell.fleet.people[node] as number) + 1;
    cell.people += 1;
    cell.nodeOf[participant] = node;
  });
}

export function leave(cell: Cell, meeting: ActiveMeeting, participant: number): void {
  const node = cell.nodeOf[participant] as number;
  cell.nodeOf[participant] = NOWHERE;
  const part = partOn(meeting, node);
  if (part === undefined) return;
  change(cell, meeting, () => {
    part.people -= 1;
    meeting.people -= 1;
    cell.fleet.touch(node, cell.nowMs);
    cell.fleet.people[node] = (cell.fleet.people[node] as number) - 1;
    cell.people -= 1;
  });
}

export function setActivity(cell: Cell, meeting: ActiveMeeting, activity: number): void {
  change(cell, meeting, () => {
    meeting.activity = activity;
  });
}

/** Nodes that nobody is on count, too: one may be a hub. */
export function setNodes(cell: Cell, meeting: ActiveMeeting, { nodes, relays }: MeetingNodes): void {
  change(cell, meeting, () => {
    for (const node of nodes) partFor(cell, meeting, node);
    const indexes = new Map(meeting.parts.map(({ node }, index) => [node, index]));
    meeting.links = linksOf(relays, (name) => indexes.get(cell.names.rowOf(name)) ?? -1);
  });
}

/** A part that nobody is on. */
export function removePart(cell: Cell, meeting: ActiveMeeting, node: number): void {
  const index = meeting.parts.findIndex((part) => part.node === node);
  if (index === -1) return;
  change(cell, meeting, () => {
    meeting.parts.splice(index, 1);
    meeting.links = [];
    (cell.meetingsOn[node] as Set<number>).delete(meeting.id);
  });
}

export function closeMeeting(cell: Cell, meeting: ActiveMeeting): void {
  for (const { node } of [...meeting.parts]) removePart(cell, meeting, node);
  cell.meetings.delete(meeting.id);
}

/** The meeting's people on a node. */
export function peopleOf(cell: Cell, meeting: ActiveMeeting, node: number): readonly number[] {
  const first = cell.workload.meetings.firstParticipant[meeting.id] as number;
  const size = cell.workload.meetings.size[meeting.id] as number;
  const found: number[] = [];
  for (let participant = first; participant < first + size; participant += 1)
    if (cell.nodeOf[participant] === node) found.push(participant);
  return found;
}

function partFor(cell: Cell, meeting: ActiveMeeting, node: number): Part {
  const known = partOn(meeting, node);
  if (known !== undefined) return known;
  cell.fleet.touch(node, cell.nowMs);
  const part: Part = { node, people: 0, packetsPerSecond: 0, consumers: 0 };
  meeting.parts.push(part);
  (cell.meetingsOn[node] as Set<number>).add(meeting.id);
  return part;
}

/** Takes the meeting's load off its nodes, changes it, and puts its new load on them. */
function change(cell: Cell, meeting: ActiveMeeting, mutate: () => void): void {
  addLoads(cell, meeting, -1);
  mutate();
  updateLoads(meeting);
  meeting.hops = hopsOf(meeting);
  addLoads(cell, meeting, 1);
}

function addLoads(cell: Cell, meeting: ActiveMeeting, sign: 1 | -1): void {
  const { fleet } = cell;
  for (const { node, packetsPerSecond, consumers } of meeting.parts) {
    if (sign === -1) fleet.touch(node, cell.nowMs);
    fleet.packetsPerSecond[node] = (fleet.packetsPerSecond[node] as number) + sign * packetsPerSecond;
    fleet.consumers[node] = (fleet.consumers[node] as number) + sign * consumers;
  }
  cell.relayBitsPerSecond += sign * meeting.relayBitsPerSecond;
  cell.peopleHops += sign * meeting.hops * meeting.people;
}
