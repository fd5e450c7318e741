/**
 * What this replica knows of every meeting's topology, from whichever source was first to say it (law 1: any one of operator,
 * Redis and memory is enough). The highest (term, epoch) wins.
 */
import { MeetingState, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { isNewer } from '../core/topology/newest.js';

export type MeetingLookup =
  | { readonly type: 'Found'; readonly topology: Topology }
  /** The topology is the meeting's last; kept for a while after the resource is gone. */
  | { readonly type: 'Ended'; readonly topology: Topology }
  | { readonly type: 'Unknown' }
  /** No source could be asked: the meeting may exist. */
  | { readonly type: 'Unreachable' };

/** The port that joining looks meetings up through. */
export interface TopologyDirectory {
  /** From memory, else from Redis. Never waits longer than Redis's deadline. */
  find(meetingId: string): Promise<MeetingLookup>;
  /** What memory holds. */
  known(meetingId: string): Topology | undefined;
  /** Called with each newer topology. Returns what stops it. */
  onChange(listener: (topology: Topology) => void): () => void;
}

export interface TopologyFeed {
  /** Takes a topology in, unless something newer is known. */
  offer(topology: Topology): void;
  /** The meeting's resource is gone; `topology` is its last state. */
  remove(topology: Topology): void;
  /** The operator has told every meeting there is: others that were known before `sinceMs` are gone. */
  retainOnly(meetingIds: ReadonlySet<string>, sinceMs: number): void;
  ids(): readonly string[];
}

/** Undefined: Redis did not answer. Null: it has no such meeting. */
export type FetchTopology = (meetingId: string) => Promise<Topology | null | undefined>;

export interface DirectoryOptions {
  readonly fetch: FetchTopology;
  /** Whether the operator's stream is live and has told everything. */
  readonly isSynced: () => boolean;
  readonly nowMs: () => number;
  /** Law 6. */
  readonly maxMeetings: number;
  readonly tombstoneMs: number;
}

interface Entry {
  readonly topology: Topology;
  readonly seenAtMs: number;
  /** When its resource was gone. */
  readonly removedAtMs?: number;
}

export function createTopologyDirectory(options: DirectoryOptions): TopologyDirectory & TopologyFeed {
  const entries = new Map<string, Entry>();
  const listeners = new Set<(topology: Topology) => void>();

  const put = (topology: Topology, removedAtMs?: number): void => {
    const id = topology.meetingId;
    entries.delete(id);
    entries.set(id, {
      topology,
      seenAtMs: options.nowMs(),
      ...(removedAtMs !== undefined && { removedAtMs }),
    });
    const oldest = entries.size > options.maxMeetings ? entries.keys().next().value : undefined;
    if (oldest !== undefined) entries.delete(oldest);
  };
  const live = (id: string): Entry | undefined => {
    const entry = entries.get(id);
    if (entry?.removedAtMs === undefined || entry.removedAtMs + options.tombstoneMs > options.nowMs()) return entry;
    entries.delete(id);
    return undefined;
  };
  const offer = (topology: Topology): void => {
    const known = live(topology.meetingId)?.topology;
    if (!isNewer(topology, known)) {
      // Told again: it exists.
      const entry = entries.get(topology.meetingId);
      if (entry !== undefined && entry.removedAtMs === undefined)
        entries.set(topology.meetingId, { ...entry, seenAtMs: options.nowMs() });
      return;
    }
    put(topology);
    for (const listener of listeners) listener(topology);
  };
  return {
    offer,
    remove: (topology) => {
      const known = live(topology.meetingId)?.topology;
      const last = isNewer(topology, known) || known === undefined ? topology : known;
      put({ ...last, state: MeetingState.ENDED, endReason: topology.endReason }, options.nowMs());
      const ended = entries.get(topology.meetingId)?.topology;
      if (ended !== undefined) for (const listener of listeners) listener(ended);
    },
    retainOnly: (meetingIds, sinceMs) => {
      for (const [id, entry] of entries) {
        if (meetingIds.has(id) || entry.seenAtMs >= sinceMs || entry.removedAtMs !== undefined) continue;
        entries.set(id, {
          ...entry,
          topology: { ...entry.topology, state: MeetingState.ENDED },
          removedAtMs: options.nowMs(),
        });
      }
    },
    ids: () => [...entries.keys()],
    known: (meetingId) => live(meetingId)?.topology,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    find: async (meetingId) => {
      const lookup = (topology: Topology): MeetingLookup => ({
        type: topology.state === MeetingState.ENDED ? 'Ended' : 'Found',
        topology,
      });
      const entry = live(meetingId);
      if (entry !== undefined) return lookup(entry.topology);
      const fetched = await options.fetch(meetingId);
      if (fetched) offer(fetched);
      const found = live(meetingId);
      if (found !== undefined) return lookup(found.topology);
      return { type: fetched === null || options.isSynced() ? 'Unknown' : 'Unreachable' };
    },
  };
}
