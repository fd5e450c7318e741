/** What a meeting costs each node that it is on, in packets that the node receives and sends, and what crosses its relays. */
import type { Relay } from '@parley/operator/core/topology/topology.js';
import { ALL_LAYERS, audioOf, SHOWN_CAMERAS, shownRate } from './streams.js';

/** Of the people in a meeting; the others only listen and speak. An assumption. */
const CAMERAS_ON = 0.6;

/** Between two of a meeting's parts, by index. */
export interface Link {
  readonly a: number;
  readonly b: number;
  /** `a` is a leaf of `b`; else they are peers. */
  readonly isLeaf: boolean;
}

/** A meeting's share of one node. */
export interface Part {
  readonly node: number;
  people: number;
  packetsPerSecond: number;
  consumers: number;
}

export interface MeetingParts {
  readonly parts: Part[];
  links: readonly Link[];
  /** What it sends, relative to others. */
  activity: number;
  people: number;
  relayBitsPerSecond: number;
}

const shownPackets = Float64Array.from({ length: SHOWN_CAMERAS + 1 }, (_, shown) => shownRate(shown).packetsPerSecond);

/** Works out anew what each part costs; people, links and activity are given. */
export function updateLoads(meeting: MeetingParts): void {
  const { parts, links, activity, people } = meeting;
  const others = Math.max(0, people - 1);
  const shown = Math.min(others, SHOWN_CAMERAS);
  const cameras = Math.min(1, CAMERAS_ON * activity);
  const videoTo = shown * cameras * (shownPackets[shown] as number);
  const sentToEach = others === 0 ? 0 : videoTo + audioOf(others).packetsPerSecond;
  const audio = audioOf(people);
  const senders = Math.min(people, SHOWN_CAMERAS) / Math.max(1, people);
  const receivedFromEach =
    senders * cameras * ALL_LAYERS.packetsPerSecond + audio.packetsPerSecond / Math.max(1, people);
  for (const part of parts) {
    part.packetsPerSecond = part.people * (sentToEach + receivedFromEach);
    // Who is muted or has no camera sends nothing to consume.
    part.consumers = part.people * shown * (1 + cameras);
  }
  meeting.relayBitsPerSecond = 0;
  if (links.length === 0 || people < 2) return;
  // Everyone's voice and the cameras that are shown cross, with all layers; per person, to each further part.
  const packets = senders * cameras * ALL_LAYERS.packetsPerSecond + audio.packetsPerSecond / people;
  const bits = senders * cameras * ALL_LAYERS.bitsPerSecond + audio.bitsPerSecond / people;
  const crossing = addRelayed(meeting, packets);
  meeting.relayBitsPerSecond = crossing * bits;
}

/** @returns people, each counted once for each relay that their streams cross. */
function addRelayed({ parts, links, people }: MeetingParts, packetsPerPerson: number): number {
  const behind = peopleBehind(parts, links);
  let crossing = 0;
  for (const { a, b, isLeaf } of links) {
    const low = parts[a] as Part;
    const high = parts[b] as Part;
    const up = behind[a] as number;
    const down = isLeaf ? people - up : (behind[b] as number);
    // A stream crosses only if somebody beyond wants it.
    if (up === 0 || down === 0) continue;
    const packets = (up + down) * packetsPerPerson;
    low.packetsPerSecond += packets;
    high.packetsPerSecond += packets;
    crossing += up + down;
  }
  return crossing;
}

/** By part: on it, and on its leaves if it is a hub. */
function peopleBehind(parts: readonly Part[], links: readonly Link[]): readonly number[] {
  const behind = parts.map(({ people }) => people);
  for (const { a, b, isLeaf } of links) if (isLeaf) behind[b] = (behind[b] as number) + (parts[a] as Part).people;
  return behind;
}

export function linksOf(relays: readonly Relay[], partOf: (node: string) => number): readonly Link[] {
  return relays.map(({ dialer, listener, kind }) => ({
    a: partOf(dialer),
    b: partOf(listener),
    isLeaf: kind === 'Leaf',
  }));
}

/** Relays between the two people of it that are farthest apart: none, one in a mesh, two by one hub, three by two. */
export function hopsOf({ links, parts }: Pick<MeetingParts, 'links' | 'parts'>): number {
  if (links.length === 0 || parts.filter(({ people }) => people > 0).length < 2) return 0;
  if (!links.some(({ isLeaf }) => isLeaf)) return 1;
  return links.some(({ isLeaf }) => !isLeaf) ? 3 : 2;
}
