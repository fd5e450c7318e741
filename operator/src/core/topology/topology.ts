import type { MeetingId } from '@parley/crds/meeting-id.js';

/** A meeting's topology as the operator decides it; `topology-message.ts` makes the protobuf message of it. */
export interface MeetingTopology extends TopologyContent {
  readonly meetingId: MeetingId;
  /** Of the leadership that decided. */
  readonly term: number;
  readonly epoch: number;
}

/** What a change of raises the epoch. */
export interface TopologyContent {
  readonly state: 'Pending' | 'Placed' | 'Ended';
  readonly endReason: EndReason | undefined;
  readonly settings: MeetingSettings;
  readonly placements: readonly Placement[];
  readonly relays: readonly Relay[];
  readonly taps: readonly Tap[];
}

export type EndReason = 'EndedByHost' | 'Deleted' | 'Expired';

export interface MeetingSettings {
  readonly title: string;
  /** A PHC string; empty: no passcode is asked. */
  readonly passcodeHash: string;
  /** Viewers only receive. */
  readonly webinar: boolean;
  /** Of a webinar: a PHC string; else empty. */
  readonly speakerPasscodeHash: string;
  /** A PHC string; empty: nobody is a host. */
  readonly hostPasscodeHash: string;
  readonly maxParticipants: number;
  /** People also hear that it is recorded, while it is. */
  readonly recordingAnnounced: boolean;
  /** There is a template by which hosts start recordings. */
  readonly recordable: boolean;
  readonly namespace: string;
  readonly name: string;
}

export interface Placement {
  readonly node: string;
  readonly pool: string;
  readonly region: string;
  readonly participantLimit: number;
  readonly grpcAddress: string;
  readonly announcedAddresses: readonly string[];
  /** The node is to go: it takes nobody new, and its people are being moved to the meeting's other placements. */
  readonly draining: boolean;
  /** While it drains, so many of its people stay; they need not be moved. Else 0. */
  readonly staying: number;
  /** Of a webinar: a node in a tree below the speakers' nodes, which gets everything and from which nothing comes. */
  readonly viewersOnly: boolean;
}

export interface Relay {
  readonly dialer: string;
  readonly listener: string;
  readonly kind: 'Peer' | 'Leaf';
}

/** Where a recorder gets the meeting from. */
export interface Tap {
  readonly recorder: string;
  readonly node: string;
}

export function hasSameContent(a: TopologyContent, b: TopologyContent): boolean {
  return (
    a.state === b.state &&
    a.endReason === b.endReason &&
    sameSettings(a.settings, b.settings) &&
    sameItems(a.placements, b.placements, samePlacement) &&
    sameItems(a.relays, b.relays, sameRelay) &&
    sameItems(a.taps, b.taps, (left, right) => left.recorder === right.recorder && left.node === right.node)
  );
}

function sameSettings(a: MeetingSettings, b: MeetingSettings): boolean {
  return (
    a.title === b.title &&
    a.passcodeHash === b.passcodeHash &&
    a.webinar === b.webinar &&
    a.speakerPasscodeHash === b.speakerPasscodeHash &&
    a.hostPasscodeHash === b.hostPasscodeHash &&
    a.maxParticipants === b.maxParticipants &&
    a.recordingAnnounced === b.recordingAnnounced &&
    a.recordable === b.recordable &&
    a.namespace === b.namespace &&
    a.name === b.name
  );
}

function samePlacement(a: Placement, b: Placement): boolean {
  return (
    a.node === b.node &&
    a.pool === b.pool &&
    a.region === b.region &&
    a.participantLimit === b.participantLimit &&
    a.grpcAddress === b.grpcAddress &&
    a.draining === b.draining &&
    a.staying === b.staying &&
    a.viewersOnly === b.viewersOnly &&
    sameItems(a.announcedAddresses, b.announcedAddresses, Object.is)
  );
}

function sameRelay(a: Relay, b: Relay): boolean {
  return a.dialer === b.dialer && a.listener === b.listener && a.kind === b.kind;
}

function sameItems<T>(a: readonly T[], b: readonly T[], same: (left: T, right: T) => boolean): boolean {
  return a.length === b.length && a.every((item, index) => same(item, b[index] as T));
}
