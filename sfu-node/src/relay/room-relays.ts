/** All relays of one room: what each peer is told follows from the roster, what is asked of each from what is wanted. */
import type { RelayHello } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from '@parley/process/log.js';
import type { Demand } from '../core/relay/combine-demand.js';
import { planRelays, type RelayPlan } from '../core/relay/plan-relays.js';
import type { RelayMessageBody } from '../core/relay/relay-state.js';
import { announcedChanges, announcedImage, announces, type Neighbours } from '../core/roster/announce.js';
import { local, type RosterState, type Touched } from '../core/roster/roster-state.js';
import type { LevelSample } from '../core/speaker/select-active-speaker.js';
import type { Fence } from '../core/topology/compare-fence.js';
import { createArrivals, type Arrivals } from './arrivals.js';
import { DemandBook } from './demand-book.js';
import type { PeerChannels } from './peer-channels.js';
import type { PipeMedia, PipeMediaOptions } from './pipe-media.js';
import { RelayDialer } from './relay-dialer.js';
import type { RelayMetrics } from './relay-metrics.js';
import type { RelayedRoom, RoomRelays } from './relay-port.js';
import { RelayRunner, type RelayListener } from './relay-runner.js';
import type { RelayTiming } from './relay-timing.js';

export interface RoomRelaysDeps {
  readonly nodeName: string;
  readonly instanceId: string;
  readonly channels: PeerChannels;
  readonly createMedia: (options: Pick<PipeMediaOptions, 'router' | 'feed' | 'log'>) => PipeMedia;
  readonly timing: RelayTiming;
  readonly metrics: RelayMetrics;
  readonly log: Logger;
  readonly onClosed: () => void;
}

interface Relay {
  readonly runner: RelayRunner;
  dialer: RelayDialer | undefined;
}

export class MeetingRelays implements RoomRelays {
  readonly #room: RelayedRoom;
  readonly #deps: RoomRelaysDeps;
  readonly #log: Logger;
  readonly #relays = new Map<string, Relay>();
  readonly #demand: DemandBook;
  readonly #arrivals: Arrivals = createArrivals();
  /** Refused for good: asked for anew when somebody wants it again. */
  readonly #missed = new Set<string>();
  readonly #levelListeners = new Set<(levels: readonly LevelSample[]) => void>();
  readonly #stopListening: () => void;
  #neighbours: Neighbours = new Map();
  #fence: Fence = { term: 0, epoch: 0 };
  #closed = false;

  constructor(room: RelayedRoom, deps: RoomRelaysDeps) {
    this.#room = room;
    this.#deps = deps;
    this.#log = deps.log.child({ meetingId: room.meetingId });
    this.#demand = new DemandBook(deps.timing.lingerMs, () => this.#tellDemand());
    this.#stopListening = room.roster.onTouched((touched, before) => this.#onRosterTouched(touched, before));
  }

  get count(): number {
    return this.#relays.size;
  }

  get runners(): RelayRunner[] {
    return [...this.#relays.values()].map(({ runner }) => runner);
  }

  /** The relay that a peer may open by saying this; undefined: our topology has none. */
  relayFor(hello: RelayHello): RelayRunner | undefined {
    const relay = this.#relays.get(hello.node);
    return relay?.runner.plan.dials === false ? relay.runner : undefined;
  }

  applyTopology(topology: Topology): void {
    if (this.#closed) return;
    this.#fence = topology;
    const plans = planRelays(topology, this.#deps.nodeName);
    const before = this.#neighbours;
    this.#neighbours = new Map([...plans].map(([node, { peer }]) => [node, peer]));
    for (const node of [...this.#relays.keys()]) if (!plans.has(node)) this.#remove(node);
    for (const [node, plan] of plans) {
      const relay = this.#relays.get(node) ?? this.#add(plan);
      relay.runner.replan(plan);
    }
    if (!sameNeighbours(before, this.#neighbours)) this.#announceAll();
    for (const [node, plan] of plans) this.#dial(node, plan);
    this.#tellDemand();
  }

  async ensureLocal(producerId: string, signal: AbortSignal): Promise<void> {
    const found = this.#room.roster.producer(producerId);
    const runner = found === undefined ? undefined : this.#relays.get(found.origin)?.runner;
    if (found?.origin === local) return;
    if (runner === undefined) throw unavailable('no relay leads to this producer');
    this.#demand.hold(producerId);
    if (runner.has(producerId)) return;
    if (this.#missed.delete(producerId)) runner.feed({ kind: 'WantedAnew', producerId });
    await this.#arrivals.wait(producerId, signal);
  }

  setDemand(producerId: string, demand: Demand): void {
    if (!this.#closed) this.#demand.setOwn(producerId, demand);
  }

  publishLevels(levels: readonly LevelSample[]): void {
    this.#offer(local, { case: 'audioLevels', value: { levels: [...levels] } });
  }

  publishScore(score: { readonly producerId: string; readonly score: number }): void {
    this.#offer(local, { case: 'producerScore', value: score });
  }

  onLevels(listener: (levels: readonly LevelSample[]) => void): void {
    this.#levelListeners.add(listener);
  }

  mediaReset(): void {
    for (const { runner } of this.#relays.values()) runner.feed({ kind: 'MediaReset' });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopListening();
    this.#demand.close();
    this.#levelListeners.clear();
    for (const { runner, dialer } of this.#relays.values()) {
      dialer?.close();
      runner.close('Closed');
    }
    this.#relays.clear();
    this.#arrivals.rejectAll(unavailable('the room is closed'));
    this.#deps.onClosed();
  }

  #add(plan: RelayPlan): Relay {
    const { nodeName, instanceId, timing, metrics } = this.#deps;
    const log = this.#log.child({ peer: plan.peer.node });
    const runner = new RelayRunner({
      self: { meetingId: this.#room.meetingId, node: nodeName, instanceId },
      generation: () => this.#room.generation,
      fence: () => this.#fence,
      plan,
      createMedia: (feed) => this.#deps.createMedia({ router: () => this.#room.router(), feed, log }),
      listener: this.#listener,
      timing,
      metrics,
      log,
    });
    const relay: Relay = { runner, dialer: undefined };
    this.#relays.set(plan.peer.node, relay);
    const ours = this.#room.roster.state.get(local)?.producers.keys() ?? [];
    const passing = this.runners.flatMap(({ openProducers }) => openProducers);
    for (const producerId of [...ours, ...passing]) {
      runner.feed({ kind: 'Availability', producerId, available: true });
    }
    return relay;
  }

  #announceAll(): void {
    for (const { runner } of this.#relays.values()) {
      const image = announcedImage(this.#room.roster.state, runner.plan.peer, this.#neighbours);
      runner.feed({ kind: 'AnnouncedAll', image });
    }
  }

  #dial(node: string, plan: RelayPlan): void {
    const relay = this.#relays.get(node);
    if (relay === undefined) return;
    if (relay.dialer?.address !== (plan.dials ? plan.address : undefined)) {
      relay.dialer?.close();
      relay.dialer = undefined;
    }
    if (!plan.dials) return;
    const { channels, timing } = this.#deps;
    if (relay.dialer !== undefined) {
      relay.dialer.retryNow();
      return;
    }
    const log = this.#log.child({ peer: plan.peer.node });
    relay.dialer = new RelayDialer({ runner: relay.runner, address: plan.address, channels, timing, log });
  }

  #remove(peer: string): void {
    const relay = this.#relays.get(peer);
    if (relay === undefined) return;
    this.#relays.delete(peer);
    relay.dialer?.close();
    const brought = relay.runner.openProducers;
    relay.runner.close('TopologyChanged');
    for (const producerId of brought) this.#listener.available(peer, producerId, false);
    this.#demand.setPeer(peer, new Map());
    const nothing = { participants: [], producers: [], reason: LeaveReason.NODE_LOST };
    this.#room.roster.apply(peer, { kind: 'Replace', ...nothing });
  }

  readonly #listener: RelayListener = {
    learned: (peer, action) => this.#room.roster.apply(peer, action),
    demanded: (peer, demanded) => this.#demand.setPeer(peer, demanded),
    available: (peer, producerId, available) => {
      if (available) this.#arrivals.resolve(producerId);
      for (const [node, { runner }] of this.#relays) {
        if (node !== peer) runner.feed({ kind: 'Availability', producerId, available });
      }
    },
    missed: (_, producerId, { reason, final }) => {
      if (!final) return;
      this.#missed.add(producerId);
      this.#arrivals.reject(producerId, unavailable(reason));
    },
    heard: (peer, levels) => {
      for (const listener of this.#levelListeners) listener(levels);
      this.#offer(peer, { case: 'audioLevels', value: { levels: [...levels] } });
    },
    scored: (peer, score) => {
      this.#room.tellScore(score);
      this.#offer(peer, { case: 'producerScore', value: score });
    },
  };

  #offer(origin: string, message: RelayMessageBody): void {
    for (const { runner } of this.#relays.values()) {
      if (announces(origin, runner.plan.peer, this.#neighbours)) runner.offer(message);
    }
  }

  #onRosterTouched(touched: Touched, before: RosterState): void {
    const { roster } = this.#room;
    for (const { runner } of this.#relays.values()) {
      if (touched.origin === local) {
        for (const producerId of touched.producers) {
          const available = roster.state.get(local)?.producers.has(producerId) === true;
          runner.feed({ kind: 'Availability', producerId, available });
        }
      }
      const actions = announcedChanges({ before, after: roster.state, touched }, runner.plan.peer, this.#neighbours);
      if (actions.length > 0) runner.feed({ kind: 'Announced', actions });
    }
    for (const producerId of touched.producers) {
      if (roster.producer(producerId) === undefined) this.#onProducerGone(producerId);
    }
  }

  #onProducerGone(producerId: string): void {
    this.#missed.delete(producerId);
    this.#demand.forget(producerId);
    this.#arrivals.reject(producerId, unavailable('the producer was closed'));
  }

  #tellDemand(): void {
    if (this.#closed) return;
    const wanted = [...this.#demand.wanted()];
    for (const [peer, { runner }] of this.#relays) {
      const ofPeer = wanted.filter(([producerId]) => this.#room.roster.producer(producerId)?.origin === peer);
      runner.feed({ kind: 'Wanted', wants: new Map(ofPeer) });
    }
  }
}

function sameNeighbours(a: Neighbours, b: Neighbours): boolean {
  return a.size === b.size && [...a].every(([node, { relation }]) => b.get(node)?.relation === relation);
}

function unavailable(reason: string): RpcError {
  return new RpcError('UNAVAILABLE', `RelayUnavailable: ${reason}`);
}
