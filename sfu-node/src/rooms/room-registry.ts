/** All rooms of this node: made, changed and closed by the topologies that the operator applies. */
import type { Placement, Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Fence } from '@parley/relay/core/topology/compare-fence.js';
import { decideTopology } from '../core/topology/decide-topology.js';
import { Room, roomClosed } from './room.js';
import type { RoomServices } from './room-services.js';

/** Closed meetings whose fence is remembered, so that a late topology can't open them again. */
const maxTombstones = 10_000;

export interface AppliedBy {
  /** Of the leadership that sends; 0, from an older operator: the topology's own. */
  readonly leaderTerm: number;
  readonly fingerprint: string;
}

export class RoomRegistry {
  readonly #services: RoomServices;
  readonly #rooms = new Map<string, Room>();
  /** No longer placed here, but others still get media through them. */
  readonly #leaving = new Map<string, Room>();
  readonly #tombstones = new Map<string, Fence>();
  /** As the topologies of `#rooms` came with them. */
  readonly #fingerprints = new Map<string, string>();
  readonly #listeners = new Set<(meetingId: string) => void>();
  readonly #stopListening: () => void;
  #leaderTerm = 0;
  #closed = false;

  constructor(services: RoomServices) {
    this.#services = services;
    this.#stopListening = services.pool.onLost((lost) => {
      for (const room of [...this.#rooms.values(), ...this.#leaving.values()]) room.workerLost(lost);
    });
  }

  get rooms(): ReadonlyMap<string, Room> {
    return this.#rooms;
  }

  /** Whether other nodes get media of any meeting through this one. */
  get passesMedia(): boolean {
    return [...this.#rooms.values(), ...this.#leaving.values()].some(({ relays }) => relays.isPassing);
  }

  get relays(): number {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.relays.count, 0);
  }

  /** @throws RpcError FAILED_PRECONDITION when the meeting has no topology with a placement here. */
  require(meetingId: string): Room {
    const room = this.#rooms.get(meetingId);
    if (room === undefined) throw roomClosed(meetingId);
    return room;
  }

  /** Tells of each meeting whose load here has changed. */
  onChanged(listener: (meetingId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The newest (term, epoch) that this node has seen of a meeting. */
  fence(meetingId: string): Fence | undefined {
    return this.#rooms.get(meetingId)?.topology ?? this.#tombstones.get(meetingId);
  }

  /** Empty for a meeting that has no room here, or that came without. */
  fingerprint(meetingId: string): string {
    return this.#fingerprints.get(meetingId) ?? '';
  }

  /** From now on an earlier leader is refused: the new one may leave alone what is in order (law 3). */
  hearLeader(term: number): void {
    this.#leaderTerm = Math.max(this.#leaderTerm, term);
  }

  /**
   * @throws RpcError FAILED_PRECONDITION when it is older than what was applied before, or comes from an earlier leader than one that
   * was heard; RESOURCE_EXHAUSTED at the limit.
   */
  apply(topology: Topology, { leaderTerm, fingerprint }: AppliedBy): void {
    if (this.#closed) throw nodeStopped();
    const { meetingId } = topology;
    const sender = leaderTerm === 0 ? topology.term : leaderTerm;
    if (sender < this.#leaderTerm)
      throw new RpcError('FAILED_PRECONDITION', `StaleLeader: the leader of term ${this.#leaderTerm} was heard`);
    this.hearLeader(leaderTerm);
    const decision = decideTopology(topology, this.fence(meetingId), this.#services.nodeName);
    switch (decision.kind) {
      case 'Refuse': {
        const { term, epoch } = decision.held;
        throw new RpcError('FAILED_PRECONDITION', `StaleTopology: held is term ${term}, epoch ${epoch}`);
      }
      case 'Keep':
        return;
      case 'Close':
        this.#close(topology, decision.reason);
        return;
      case 'Apply': {
        const room = this.#rooms.get(meetingId);
        if (room !== undefined) room.applyTopology(topology, decision.placement);
        else this.#open(topology, decision.placement);
        this.#fingerprints.set(meetingId, fingerprint);
      }
    }
  }

  close(): void {
    this.#stopListening();
    this.#closed = true;
    for (const room of [...this.#rooms.values(), ...this.#leaving.values()]) room.close(nodeStopped());
    this.#rooms.clear();
    this.#fingerprints.clear();
    this.#listeners.clear();
  }

  #admit(): RoomServices {
    const { limits, metrics } = this.#services;
    if (this.#rooms.size < limits.rooms) return this.#services;
    metrics.refused('TooManyRooms');
    throw new RpcError('RESOURCE_EXHAUSTED', `TooManyRooms: this node holds ${limits.rooms} meetings`);
  }

  #open(topology: Topology, placement: Placement): void {
    const { meetingId } = topology;
    const services = this.#admit();
    this.#leaving.get(meetingId)?.close();
    const room = new Room({
      topology,
      placement,
      services,
      onChanged: () => this.#changed(meetingId),
      onClosed: () => {
        if (this.#leaving.get(meetingId) === room) this.#leaving.delete(meetingId);
      },
    });
    this.#tombstones.delete(meetingId);
    this.#rooms.set(meetingId, room);
    this.#changed(meetingId);
  }

  #close(topology: Topology, reason: string): void {
    const { meetingId, term, epoch } = topology;
    this.#tombstones.delete(meetingId);
    this.#tombstones.set(meetingId, { term, epoch });
    if (this.#tombstones.size > maxTombstones) {
      const oldest = this.#tombstones.keys().next();
      if (oldest.done !== true) this.#tombstones.delete(oldest.value);
    }
    const room = this.#rooms.get(meetingId);
    if (room === undefined) {
      this.#leaving.get(meetingId)?.close();
      return;
    }
    this.#rooms.delete(meetingId);
    this.#fingerprints.delete(meetingId);
    if (reason === 'Moved') {
      this.#leaving.set(meetingId, room);
      room.moveAway(topology);
    } else room.end(reason);
    this.#changed(meetingId);
  }

  #changed(meetingId: string): void {
    for (const listener of this.#listeners) listener(meetingId);
  }
}

function nodeStopped(): RpcError {
  return new RpcError('UNAVAILABLE', 'NodeStopped: this node is shutting down');
}
