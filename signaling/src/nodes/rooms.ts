/** The rooms that this replica watches. A room is kept for a while after its last use, so that the socket after a join finds it warm. */
import { MeetingState, type Placement, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Logger } from '@parley/process/log.js';
import { endReasonOf } from '../topology/end-reason.js';
import type { NodeChannels } from './node-channels.js';
import { openRoom, type Room } from './room.js';
import type { RecordingState } from './room-view.js';

/** As long as a join token is good. */
const lingerMs = 60_000;

export interface RoomLease {
  readonly room: Room;
  /** Idempotent. */
  release(): void;
}

export interface Rooms {
  acquire(meetingId: string, placement: Placement): RoomLease;
  /** By what the watched rooms of the meeting tell; empty when none is watched. */
  participantsByNode(meetingId: string): ReadonlyMap<string, number>;
  /** Everybody in the meeting; undefined when no room of it is watched. */
  participantCount(meetingId: string): number | undefined;
  /** Brings a newer topology to the rooms of its meeting. */
  applyTopology(topology: Topology): void;
  readonly size: number;
  close(): void;
}

export interface RoomsOptions {
  readonly channels: NodeChannels;
  readonly signalingId: string;
  /** What memory holds of a meeting. */
  readonly known: (meetingId: string) => Topology | undefined;
  readonly log: Logger;
}

interface Entry {
  readonly room: Room;
  readonly address: string;
  users: number;
  linger: NodeJS.Timeout | undefined;
  dropped: boolean;
}

export function createRooms(options: RoomsOptions): Rooms {
  const entries = new Map<string, Map<string, Entry>>();

  const drop = (meetingId: string, node: string, entry: Entry): void => {
    clearTimeout(entry.linger);
    if (entry.dropped) return;
    entry.dropped = true;
    entry.room.close();
    options.channels.release(entry.address);
    const meeting = entries.get(meetingId);
    if (meeting?.get(node) !== entry) return;
    meeting.delete(node);
    if (meeting.size === 0) entries.delete(meetingId);
  };
  const open = (meetingId: string, placement: Placement): Entry => {
    const meeting = entries.get(meetingId) ?? new Map<string, Entry>();
    entries.set(meetingId, meeting);
    const known = meeting.get(placement.node);
    // A node that came back elsewhere is another one: whoever holds the old entry lets go of it in time.
    if (known?.address === placement.grpcAddress) return known;
    const room = openRoom({
      meetingId,
      placement,
      connection: options.channels.acquire(placement.grpcAddress),
      signalingId: options.signalingId,
      log: options.log.child({ meetingId, node: placement.node }),
    });
    room.view.recording = recordingOf(options.known(meetingId));
    const entry: Entry = { room, address: placement.grpcAddress, users: 0, linger: undefined, dropped: false };
    meeting.set(placement.node, entry);
    return entry;
  };
  const roomsOf = (meetingId: string): readonly Room[] =>
    [...(entries.get(meetingId)?.values() ?? [])].map(({ room }) => room);

  return {
    acquire: (meetingId, placement) => {
      const entry = open(meetingId, placement);
      entry.users += 1;
      clearTimeout(entry.linger);
      let released = false;
      return {
        room: entry.room,
        release: () => {
          if (released) return;
          released = true;
          entry.users -= 1;
          if (entry.users > 0) return;
          entry.linger = setTimeout(() => drop(meetingId, placement.node, entry), lingerMs);
          entry.linger.unref();
        },
      };
    },
    participantsByNode: (meetingId) => {
      const counts = new Map<string, number>();
      for (const room of roomsOf(meetingId)) {
        for (const [node, count] of room.view.participantsByNode())
          counts.set(node, Math.max(count, counts.get(node) ?? 0));
      }
      return counts;
    },
    participantCount: (meetingId) => {
      const rooms = roomsOf(meetingId);
      return rooms.length === 0 ? undefined : Math.max(...rooms.map(({ view }) => view.roster.participants.size));
    },
    applyTopology: (topology) => {
      const placed = new Map(topology.placements.map((placement) => [placement.node, placement]));
      for (const [node, entry] of [...(entries.get(topology.meetingId) ?? [])]) {
        const { view } = entry.room;
        view.recording = recordingOf(topology);
        const placement = placed.get(node);
        if (topology.state === MeetingState.ENDED) {
          view.ended(endReasonOf(topology.endReason));
          drop(topology.meetingId, node, entry);
        } else if (placement?.grpcAddress !== entry.address) view.reset('Moved');
        else view.staying = placement.draining ? placement.staying : undefined;
      }
    },
    get size() {
      return [...entries.values()].reduce((sum, meeting) => sum + meeting.size, 0);
    },
    close: () => {
      for (const [meetingId, meeting] of [...entries]) {
        for (const [node, entry] of [...meeting]) drop(meetingId, node, entry);
      }
    },
  };
}

function recordingOf(topology: Topology | undefined): RecordingState {
  const { recording = false, recordingAnnounced = false } = topology?.settings ?? {};
  return { recording, aloud: recordingAnnounced };
}
