/** The line between a room and its relays: what relays need of a room, and what they offer to it. */
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { types } from 'mediasoup';
import type { Demand } from './core/relay/combine-demand.js';
import type { Roster } from './core/roster/roster.js';
import type { LevelSample } from './core/speaker/select-active-speaker.js';

/** What relays need of a room. */
export interface RelayedRoom {
  readonly meetingId: string;
  /** Grows when the room's router died and was made anew. */
  readonly generation: number;
  readonly roster: Roster;
  /** The router of this generation; made when there is none. */
  router(): Promise<types.Router>;
  /** What this copy of a remote producer brings comes by another relay now: whoever consumes it should consume the producer anew. */
  superseded(producerId: string, localId: string): void;
  /** A node can't be reached any more, or can now. */
  reachChanged(): void;
  /** The room has no relays any more. */
  relaysGone(): void;
  /** A score that came over a relay, for a remote producer. */
  tellScore(score: { readonly producerId: string; readonly score: number }): void;
}

/** What relays offer to a room. */
export interface RoomRelays {
  /** Relays that are there now, for metrics and load. */
  readonly count: number;
  /** Nodes that the topology has a relay to, and that have not been reached over it for a while. */
  readonly unreachable: readonly string[];
  /** Whether any relay stands, so that what is told comes in. */
  readonly isConnected: boolean;
  /** Whether anything goes through this room from one node to another. */
  readonly isPassing: boolean;
  applyTopology(topology: Topology): void;
  /**
   * Resolves when a producer can be consumed on the room's router. Holds a remote one there for some seconds, so that there is time to
   * consume it.
   * @returns its id on the router.
   * @throws RpcError UNAVAILABLE when no relay brings it; or what the signal was aborted with.
   */
  ensureLocal(producerId: string, signal: AbortSignal): Promise<string>;
  /** The room's own demand changed; `None` lets go of the producer, after some seconds in which nothing is sent. */
  setDemand(producerId: string, demand: Demand): void;
  /** Levels of this node's microphones, to go to the peers. */
  publishLevels(levels: readonly LevelSample[]): void;
  /** The score of a local producer, to go to the peers. */
  publishScore(score: { readonly producerId: string; readonly score: number }): void;
  /** Levels from beyond relays. */
  onLevels(listener: (levels: readonly LevelSample[]) => void): void;
  /** The room's router is gone; the room has a new generation. */
  mediaReset(): void;
  close(): void;
}

export type CreateRoomRelays = (room: RelayedRoom) => RoomRelays;
