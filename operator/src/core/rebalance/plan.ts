/**
 * Which people are to leave a node that carries too much, as those who are there have come to send more than was foreseen: as few of its
 * meetings as will do, at a bounded pace. Where they go is planned with their meeting (core/meeting/relieve.ts), make before break
 * (law 3). Between the two bounds nothing is done, and a taker stays below the lower one: a move does not lead to the next.
 */
import { NO_LOAD, partOf, type Load, type NodeCapacity } from '../load/load.js';
import { loadOfShare } from '../load/meeting-load.js';
import type { PlacementNode } from '../placement/candidate.js';

/** Of its capacity: a node that carries more is relieved … */
export const RELIEVE_ABOVE = 0.9;
/** … down to this. */
export const RELIEVED_AT = 0.8;
/** Off one node, people who may be moving at a time. */
export const MAX_MOVING = 20;
/** A larger part of a node finds no room as a whole. */
const MOST_MOVED_WHOLE = 0.4;

export interface MeetingHere {
  readonly meetingId: string;
  /** Its people on the node. */
  readonly local: number;
  readonly total: number;
  /** How many of them stay, where the others were asked to leave already. */
  readonly staying: number | undefined;
  /** Whether it may be asked; it counts in what the node carries. */
  readonly movable: boolean;
}

export interface CrowdedNode {
  readonly node: Pick<PlacementNode, 'capacity' | 'load'>;
  readonly meetings: readonly MeetingHere[];
}

export interface Relief {
  readonly meetingId: string;
  /** People of it who stay; 0: the meeting leaves the node. */
  readonly staying: number;
  /** What people cost there, to what was foreseen. */
  readonly costScale: number;
}

interface Part extends MeetingHere {
  /** Of the node's capacity. */
  readonly weight: number;
}

/** 0 to above 1. People are not more than were placed, however many a node takes: what they send and receive is. */
function heatOf({ capacity, load }: CrowdedNode['node']): number {
  return Math.max(partOf(capacity, streamsOf(load.current)), load.workerCpu);
}

function streamsOf({ consumers, packetsPerSecond, bytesPerSecond }: Load): Load {
  return { ...NO_LOAD, consumers, packetsPerSecond, bytesPerSecond };
}

export function isCrowded(node: CrowdedNode['node']): boolean {
  return heatOf(node) > RELIEVE_ABOVE;
}

export function planRelief(crowded: CrowdedNode): readonly Relief[] {
  const { node } = crowded;
  if (!isCrowded(node)) return [];
  const { parts, costScale } = weigh(crowded);
  const leaving = parts.filter(({ local, staying = local }) => staying < local);
  const movingWeight = leaving.reduce((sum, part) => sum + weightOf(part, part.local - (part.staying ?? 0)), 0);
  let room = MAX_MOVING - leaving.reduce((sum, { local, staying = local }) => sum + local - staying, 0);
  let need = heatOf(node) - RELIEVED_AT - movingWeight;
  const reliefs: Relief[] = [];
  const open = new Set(parts.filter(({ local, staying, movable }) => movable && local > 0 && staying === undefined));
  while (need > 0 && room > 0) {
    const part = nextWhole([...open], { need, room });
    if (part === undefined) break;
    open.delete(part);
    reliefs.push({ meetingId: part.meetingId, staying: 0, costScale });
    need -= part.weight;
    room -= part.local;
  }
  if (need <= 0 || room <= 0) return reliefs;
  const largest = [...open].toSorted(byWeight).at(-1);
  if (largest === undefined || largest.local < 2) return reliefs;
  const wanted = Math.ceil((largest.local * need) / largest.weight);
  const moved = Math.min(wanted, room, Math.floor(largest.local / 2));
  return [...reliefs, { meetingId: largest.meetingId, staying: largest.local - moved, costScale }];
}

/** The smallest that is enough alone, else the largest. */
function nextWhole(parts: readonly Part[], { need, room }: { need: number; room: number }): Part | undefined {
  const movable = parts.filter(({ local, weight }) => local <= room && weight <= MOST_MOVED_WHOLE).toSorted(byWeight);
  return movable.find(({ weight }) => weight >= need) ?? movable.at(-1);
}

function byWeight(a: Part, b: Part): number {
  return a.weight - b.weight || (a.meetingId < b.meetingId ? -1 : 1);
}

function weightOf({ local, weight }: Part, people: number): number {
  return (weight * people) / Math.max(1, local);
}

/** What the node carries, divided among its meetings as is foreseen of them: what each really costs isn't reported. */
function weigh({ node, meetings }: CrowdedNode): { readonly parts: readonly Part[]; readonly costScale: number } {
  const foreseen = meetings.map((meeting) => foreseenPart(node.capacity, meeting));
  const sum = foreseen.reduce((total, part) => total + part, 0);
  const costScale = sum === 0 ? 1 : heatOf(node) / sum;
  const parts = meetings.map((meeting, index) => ({ ...meeting, weight: (foreseen[index] ?? 0) * costScale }));
  return { parts, costScale };
}

function foreseenPart(capacity: NodeCapacity, { local, total }: MeetingHere): number {
  return partOf(capacity, streamsOf(loadOfShare({ local, total: Math.max(local, total) })));
}
