/** Every meeting's topology, for those who follow it: signaling's streams, and Redis. */
import type { MeetingTopology } from '../core/topology/topology.js';

export type TopologyChange =
  | { readonly kind: 'Changed'; readonly topology: MeetingTopology }
  /** The meeting is gone; `topology` is its last. */
  | { readonly kind: 'Removed'; readonly topology: MeetingTopology };

export interface TopologyFeed {
  readonly size: number;
  values(): IterableIterator<MeetingTopology>;
  get(meetingId: string): MeetingTopology | undefined;
  publish(topology: MeetingTopology): void;
  remove(topology: MeetingTopology): void;
  /** People who were refused for lack of room in these meetings may ask again. */
  tellRoom(meetingIds: readonly string[]): void;
  onRoom(listener: (meetingIds: readonly string[]) => void): () => void;
  subscribe(listener: (change: TopologyChange) => void): () => void;
  /** Whether every meeting that there was at the start has been decided on. */
  readonly complete: boolean;
  markComplete(): void;
  /** Calls `listener` once, when complete. */
  onComplete(listener: () => void): void;
}

export function createTopologyFeed(): TopologyFeed {
  const topologies = new Map<string, MeetingTopology>();
  const listeners = new Set<(change: TopologyChange) => void>();
  const roomListeners = new Set<(meetingIds: readonly string[]) => void>();
  const waiting = new Set<() => void>();
  let complete = false;
  const tell = (change: TopologyChange): void => {
    for (const listener of listeners) listener(change);
  };
  return {
    get size() {
      return topologies.size;
    },
    values: () => topologies.values(),
    get: (meetingId) => topologies.get(meetingId),
    publish: (topology) => {
      topologies.set(topology.meetingId, topology);
      tell({ kind: 'Changed', topology });
    },
    remove: (topology) => {
      topologies.delete(topology.meetingId);
      tell({ kind: 'Removed', topology });
    },
    tellRoom: (meetingIds) => {
      for (const listener of roomListeners) listener(meetingIds);
    },
    onRoom: (listener) => {
      roomListeners.add(listener);
      return () => roomListeners.delete(listener);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get complete() {
      return complete;
    },
    markComplete: () => {
      if (complete) return;
      complete = true;
      for (const listener of waiting) listener();
      waiting.clear();
    },
    onComplete: (listener) => {
      if (complete) listener();
      else waiting.add(listener);
    },
  };
}
