/** All relays of one room: what each peer is told follows from the roster, what is asked of each from what is wanted. */
import type { RelayHello } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Logger } from '@parley/process/log.js';
import type { Demand } from './core/relay/combine-demand.js';
import type { Copy } from './core/relay/choose-copy.js';
import { keepEarlier, needsEarlier, sameNeighbours, withoutOwn } from './core/relay/earlier-worlds.js';
import { mayPass, passOn } from './core/relay/passage.js';
import { changePaths, holderOf, noPaths, rankOf, worldsOf } from './core/relay/paths.js';
import { planRelays, type RelayPlan } from './core/relay/plan-relays.js';
import type { RelayMessageBody } from './core/relay/relay-state.js';
import { announcedChanges, announcedImage, announces, type Worlds } from './core/roster/announce.js';
import { local, type RosterState, type Touched } from './core/roster/roster-state.js';
import type { LevelSample } from './core/speaker/select-active-speaker.js';
import { createArrivals, unavailable, type Arrivals } from './arrivals.js';
import { Copies } from './copies.js';
import { DemandBook } from './demand-book.js';
import type { PeerChannels } from './peer-channels.js';
import type { PipeMedia, PipeMediaOptions } from './pipe-media.js';
import { redial, type RelayDialer } from './relay-dialer.js';
import type { RelayMetrics } from './relay-metrics.js';
import type { RelayedRoom, RoomRelays } from './relay-port.js';
import { RelayRunner, type OpenCopy, type RelayListener } from './relay-runner.js';
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
  readonly #copies: Copies;
  /** Refused for good: asked for anew when somebody wants it again. */
  readonly #missed = new Set<string>();
  readonly #levelListeners = new Set<(levels: readonly LevelSample[]) => void>();
  readonly #stopListening: () => void;
  #paths = noPaths;
  #reviewing: NodeJS.Timeout | undefined;
  #changedAtMs = 0;
  #closed = false;

  constructor(room: RelayedRoom, deps: RoomRelaysDeps) {
    this.#room = room;
    this.#deps = deps;
    this.#log = deps.log.child({ meetingId: room.meetingId });
    this.#demand = new DemandBook(deps.timing.lingerMs, () => this.#tellDemand());
    this.#copies = new Copies({
      overlapMs: deps.timing.overlapMs,
      rankOf: (producerId, peer) => rankOf(this.#paths, room.roster.state, { producerId, peer }),
      flows: async ({ peer, localId }) => (await this.#relays.get(peer)?.runner.flows(localId)) ?? false,
      onCurrent: (producerId, current, replaced) => this.#onCurrent(producerId, current, replaced),
      onSwitched: (producerId) => this.#onSwitched(producerId),
    });
    this.#stopListening = room.roster.onTouched((touched, before) => this.#onRosterTouched(touched, before));
  }

  get count(): number {
    return this.#relays.size;
  }

  get leaving(): number {
    return [...this.#relays.keys()].filter((node) => !this.#paths.neighbours.has(node)).length;
  }

  get unreachable(): string[] {
    return [...this.#relays].flatMap(([node, { runner }]) =>
      runner.unreachable && this.#paths.neighbours.has(node) ? [node] : [],
    );
  }

  get isConnected(): boolean {
    return this.runners.some(({ up }) => up);
  }

  get isPassing(): boolean {
    return this.runners.some(({ demanded }) =>
      demanded.some((producerId) => this.#room.roster.producer(producerId)?.origin !== local),
    );
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
    const { nodeName: self } = this.#deps;
    const before = this.#paths;
    this.#changedAtMs = performance.now();
    this.#paths = changePaths(before, topology, { self, nowMs: this.#changedAtMs });
    const plans = planRelays(topology, self);
    for (const [node, plan] of plans) {
      const relay = this.#relays.get(node) ?? this.#add(plan);
      relay.runner.replan(plan);
    }
    if (this.#paths.earlier !== before.earlier) this.#reviewLater();
    this.#dropUnplaced();
    if (!sameNeighbours(before.neighbours, this.#paths.neighbours)) this.#announceAll();
    for (const [node, plan] of plans) this.#dial(node, plan);
    this.#copies.rankAnew();
    this.#tellDemand();
  }

  async ensureLocal(producerId: string, signal: AbortSignal): Promise<string> {
    if (this.#room.roster.producer(producerId)?.origin === local) return producerId;
    if (this.#holderOf(producerId) === undefined) throw unavailable('no relay leads to this producer');
    this.#demand.hold(producerId);
    if (this.#copies.current(producerId) === undefined) {
      this.#askAnew(producerId);
      await this.#arrivals.wait(producerId, signal);
    }
    const copy = this.#copies.current(producerId);
    if (copy === undefined) throw unavailable('the producer went while it was made local');
    return copy.localId;
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
    clearInterval(this.#reviewing);
    this.#demand.close();
    this.#copies.close();
    this.#levelListeners.clear();
    for (const { runner, dialer } of this.#relays.values()) {
      dialer?.close();
      runner.close('Closed');
    }
    this.#relays.clear();
    this.#arrivals.rejectAll(unavailable('the room is closed'));
    this.#deps.onClosed();
  }

  get #worlds(): Worlds {
    return worldsOf(this.#paths);
  }

  #add(plan: RelayPlan): Relay {
    const { nodeName, instanceId, timing, metrics } = this.#deps;
    const log = this.#log.child({ peer: plan.peer.node });
    const runner = new RelayRunner({
      self: { meetingId: this.#room.meetingId, node: nodeName, instanceId },
      generation: () => this.#room.generation,
      fence: () => this.#paths.fence,
      plan,
      viaOf: (localId) => passOn(this.#copies.viaOf(localId), nodeName),
      createMedia: (feed) => this.#deps.createMedia({ router: () => this.#room.router(), feed, log }),
      listener: this.#listener,
      timing,
      metrics,
      log,
    });
    const relay: Relay = { runner, dialer: undefined };
    this.#relays.set(plan.peer.node, relay);
    for (const producerId of this.#room.roster.state.get(local)?.producers.keys() ?? []) {
      runner.feed({ kind: 'Availability', producerId, localId: producerId });
    }
    for (const producerId of this.#copies.producerIds) {
      const current = this.#copies.current(producerId);
      if (current !== undefined && mayPass(current.via, plan.peer.node))
        runner.feed({ kind: 'Availability', producerId, localId: current.localId });
    }
    return relay;
  }

  #announceAll(): void {
    for (const [node, { runner }] of this.#relays) {
      runner.feed({ kind: 'AnnouncedAll', image: announcedImage(this.#room.roster.state, node, this.#worlds) });
    }
  }

  #dial(node: string, plan: RelayPlan): void {
    const relay = this.#relays.get(node);
    if (relay !== undefined) relay.dialer = redial(relay, plan, { ...this.#deps, log: this.#log });
  }

  #reviewLater(): void {
    this.#reviewing ??= setInterval(() => this.#review(), this.#deps.timing.reviewMs);
    this.#removeForgotten();
  }

  /** Make before break: lets go of what earlier topologies brought once the newest brings it. */
  #review(): void {
    this.#dropUnplaced();
    for (const producerId of [...this.#missed]) this.#askAnew(producerId);
    const { earlierMs, earlierAtMostMs } = this.#deps.timing;
    const { earlier } = this.#paths;
    const kept = keepEarlier(earlier, {
      nowMs: performance.now(),
      inUse: this.#needsEarlier(),
      keepMs: earlierMs,
      atMostMs: earlierAtMostMs,
    });
    if (kept.length === earlier.length) return;
    this.#paths = { ...this.#paths, earlier: kept };
    this.#removeForgotten();
    this.#announceAll();
    this.#tellDemand();
    if (kept.length > 0) return;
    clearInterval(this.#reviewing);
    this.#reviewing = undefined;
  }

  #needsEarlier(): boolean {
    const relays = [...this.#relays].map(([peer, { runner }]) => ({
      peer,
      isInUse: runner.isInUse,
      demanded: runner.demanded,
    }));
    return needsEarlier({ ...this.#paths, self: this.#deps.nodeName, roster: this.#room.roster.state, relays });
  }

  /** A peer that has no placement any more has nobody of its own. */
  #dropUnplaced(): void {
    for (const peer of this.#relays.keys()) {
      const image = this.#room.roster.state.get(peer);
      if (this.#paths.placed.has(peer) || image === undefined) continue;
      const { participants, producers } = withoutOwn(image, peer);
      if (participants.size === image.participants.size) continue;
      const left = { participants: [...participants.values()], producers: [...producers.values()] };
      this.#room.roster.apply(peer, { kind: 'Replace', ...left, reason: LeaveReason.NODE_LOST });
    }
  }

  /** Relays that no topology has that still counts. */
  #removeForgotten(): void {
    const worlds = this.#worlds;
    for (const node of [...this.#relays.keys()]) if (!worlds.some((world) => world.has(node))) this.#remove(node);
    if (this.#relays.size === 0) this.#room.relaysGone();
  }

  #remove(peer: string): void {
    const relay = this.#relays.get(peer);
    if (relay === undefined) return;
    this.#relays.delete(peer);
    relay.dialer?.close();
    const brought = relay.runner.openCopies;
    relay.runner.close('TopologyChanged');
    for (const copy of brought) this.#listener.gone(peer, copy);
    this.#demand.setPeer(peer, new Map());
    const nothing = { participants: [], producers: [], reason: LeaveReason.NODE_LOST };
    this.#room.roster.apply(peer, { kind: 'Replace', ...nothing });
  }

  readonly #listener: RelayListener = {
    learned: (peer, action) => this.#room.roster.apply(peer, action),
    demanded: (peer, demanded) => this.#demand.setPeer(peer, demanded),
    arrived: (peer, { producerId, localId, via }) => {
      // A node of the version before does not say more than that it is from itself.
      const copy = { peer, localId, via: via.length > 0 ? via : [peer] };
      if (mayPass(copy.via, this.#deps.nodeName)) this.#copies.add(producerId, copy);
    },
    gone: (_, copy) => {
      this.#copies.remove(copy);
      this.#onCopyGone(copy);
    },
    missed: (_, producerId, { reason, final }) => {
      if (!final) return;
      this.#missed.add(producerId);
      if (this.#copies.current(producerId) === undefined) this.#arrivals.reject(producerId, unavailable(reason));
    },
    reachChanged: () => this.#room.reachChanged(),
    heard: (peer, levels) => {
      for (const listener of this.#levelListeners) listener(levels);
      this.#offer(peer, { case: 'audioLevels', value: { levels: [...levels] } });
    },
    scored: (peer, score) => {
      this.#room.tellScore(score);
      this.#offer(peer, { case: 'producerScore', value: score });
    },
  };

  #onCurrent(producerId: string, current: Copy | undefined, replaced: Copy | undefined): void {
    if (this.#closed) return;
    if (current !== undefined) this.#arrivals.resolve(producerId);
    for (const [node, { runner }] of this.#relays) {
      // What has come through a node is not sent to it: what it still gets, it gets from what there was before.
      if (current === undefined || mayPass(current.via, node))
        runner.feed({ kind: 'Availability', producerId, localId: current?.localId });
    }
    if (replaced === undefined) return;
    this.#deps.metrics.switched((performance.now() - this.#changedAtMs) / 1_000);
    this.#room.superseded(producerId, replaced.localId);
  }

  #onCopyGone({ producerId, localId }: OpenCopy): void {
    for (const { runner } of this.#relays.values()) {
      if (runner.sourceOf(producerId) === localId)
        runner.feed({ kind: 'Availability', producerId, localId: undefined });
    }
  }

  #onSwitched(producerId: string): void {
    for (const { runner } of this.#relays.values()) runner.feed({ kind: 'SwitchedOver', producerId });
    this.#tellDemand();
  }

  /** The peer that a remote producer is asked of. */
  #holderOf(producerId: string): string | undefined {
    const current = this.#copies.current(producerId)?.peer;
    return holderOf(this.#paths, this.#room.roster.state, { producerId, current });
  }

  #askAnew(producerId: string): void {
    if (!this.#missed.delete(producerId)) return;
    this.#relays.get(this.#holderOf(producerId) ?? '')?.runner.feed({ kind: 'WantedAnew', producerId });
  }

  #offer(origin: string, message: RelayMessageBody): void {
    for (const [node, { runner }] of this.#relays) {
      if (announces(origin, node, this.#worlds)) runner.offer(message);
    }
  }

  #onRosterTouched(touched: Touched, before: RosterState): void {
    const { roster } = this.#room;
    const worlds = this.#worlds;
    for (const [node, { runner }] of this.#relays) {
      if (touched.origin === local) {
        for (const producerId of touched.producers) {
          const isHere = roster.state.get(local)?.producers.has(producerId) === true;
          runner.feed({ kind: 'Availability', producerId, localId: isHere ? producerId : undefined });
        }
      }
      const actions = announcedChanges({ before, after: roster.state, touched }, node, worlds);
      if (actions.length > 0) runner.feed({ kind: 'Announced', actions });
    }
    for (const producerId of touched.producers) {
      if (roster.producer(producerId) === undefined) this.#onProducerGone(producerId);
    }
    // A better way to what comes in may have been told of.
    if (touched.origin !== local && touched.producers.some((id) => this.#copies.current(id) !== undefined))
      this.#tellDemand();
  }

  #onProducerGone(producerId: string): void {
    this.#missed.delete(producerId);
    this.#demand.forget(producerId);
    this.#arrivals.reject(producerId, unavailable('the producer was closed'));
  }

  #tellDemand(): void {
    if (this.#closed) return;
    const wants = new Map(
      [...this.#relays.keys()].map((peer) => [peer, new Map<string, { readonly paused: boolean }>()]),
    );
    for (const [producerId, wish] of this.#demand.wanted()) {
      if (this.#room.roster.producer(producerId)?.origin === local) continue;
      // Over what it is to come by, and until then over what it comes by.
      const peers = new Set([this.#holderOf(producerId), ...this.#copies.peersOf(producerId)]);
      for (const peer of peers) if (peer !== undefined) wants.get(peer)?.set(producerId, wish);
    }
    for (const [peer, ofPeer] of wants) this.#relays.get(peer)?.runner.feed({ kind: 'Wanted', wants: ofPeer });
  }
}
