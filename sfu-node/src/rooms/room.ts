/**
 * One meeting on this node. Cheap until somebody comes: its router is made at the first watch, join or relay.
 * Who is in the meeting (the roster) outlives its media: when the worker dies the room is rebuilt in a new generation.
 */
import {
  LeaveReason as Reason,
  type LeaveReason,
  type RoomSnapshotSchema,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Placement, Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from '@parley/process/log.js';
import { createRoster, local, type Roster, type RosterChange } from '@parley/relay/core/roster/roster.js';
import type { LevelSample } from '@parley/relay/core/speaker/select-active-speaker.js';
import type { RoomRelays } from '@parley/relay/relay-port.js';
import { RoomSpeaker } from '@parley/relay/room-speaker.js';
import type { types } from 'mediasoup';
import type { LiveWorker } from '../workers/live-worker.js';
import type { ConsumableProducer, ConsumeOutcome } from './consume.js';
import type { LocalParticipant } from './local-participant.js';
import { tellSuperseded } from './participant-events.js';
import { createOnceById, type OnceById } from './once-by-id.js';
import type { ProducerHandle } from './producer-handle.js';
import { createRemoteDemand, type RemoteDemand } from './remote-demand.js';
import { FirstLooks } from './first-looks.js';
import { RoomMedia } from './room-media.js';
import type { RoomServices } from './room-services.js';
import { RoomWatchers, type RoomEventBody, type RoomEventInit } from './room-watchers.js';

export interface RoomOptions {
  readonly topology: Topology;
  readonly placement: Placement;
  readonly services: RoomServices;
  /** Its load, as reported to the operator, has changed. */
  readonly onChanged: () => void;
  /** Nothing of it is left. */
  readonly onClosed: () => void;
}

const maxOpenAttempts = 3;

export class Room {
  readonly meetingId: string;
  readonly services: RoomServices;
  readonly log: Logger;
  readonly roster: Roster = createRoster();
  readonly watchers: RoomWatchers;
  readonly relays: RoomRelays;
  readonly firstLooks: FirstLooks = new FirstLooks();
  readonly demand: RemoteDemand;
  readonly producing: OnceById<ProducerHandle> = createOnceById<ProducerHandle>();
  readonly consuming: OnceById<ConsumeOutcome> = createOnceById<ConsumeOutcome>();
  readonly participants: Map<string, LocalParticipant> = new Map<string, LocalParticipant>();
  readonly onChanged: () => void;
  readonly #onClosed: () => void;
  readonly #speaker: RoomSpeaker;
  #topology: Topology;
  #placement: Placement;
  #generation = 1;
  #opening: Promise<RoomMedia> | undefined;
  #media: RoomMedia | undefined;
  #moved = false;
  #closed = false;

  constructor(options: RoomOptions) {
    const { services, topology } = options;
    this.services = services;
    this.meetingId = topology.meetingId;
    this.log = services.log.child({ meetingId: topology.meetingId });
    this.onChanged = options.onChanged;
    this.#onClosed = options.onClosed;
    this.#topology = topology;
    this.#placement = options.placement;
    this.watchers = new RoomWatchers({
      generation: () => this.#generation,
      limits: services.limits,
      onUnwatched: (signalingId) => this.#setWatched(signalingId, false),
      onOverflow: () => services.metrics.queueOverflowed(),
    });
    this.#speaker = new RoomSpeaker(
      (speaker) => this.watchers.broadcast({ case: 'activeSpeaker', value: speaker }),
      services.nowMs,
    );
    this.demand = createRemoteDemand((producerId, demand) => this.relays.setDemand(producerId, demand));
    this.roster.onChange((change) => this.#onRosterChange(change));
    this.relays = services.createRelays(this);
    this.relays.onLevels((levels) => this.#speaker.hear(levels));
    this.relays.applyTopology(topology);
  }

  get topology(): Topology {
    return this.#topology;
  }

  get placement(): Placement {
    return this.#placement;
  }

  get generation(): number {
    return this.#generation;
  }

  get closed(): boolean {
    return this.#closed;
  }

  applyTopology(topology: Topology, placement: Placement): void {
    this.#topology = topology;
    this.#placement = placement;
    this.relays.applyTopology(topology);
    this.onChanged();
  }

  snapshot(): MessageInitShape<typeof RoomSnapshotSchema> {
    return {
      participants: this.roster.participants(),
      producers: this.roster.producers(),
      activeSpeaker: this.#speaker.current,
      routerRtpCapabilitiesJson: this.services.routerRtpCapabilitiesJson,
    };
  }

  watch(signalingId: string, signal: AbortSignal): AsyncIterable<RoomEventInit> {
    this.warm();
    const stream = this.watchers.watch(signalingId, { case: 'snapshot', value: this.snapshot() }, signal);
    this.#setWatched(signalingId, true);
    return stream;
  }

  /** A producer of the meeting, here or beyond a relay. */
  consumable(producerId: string): ConsumableProducer | undefined {
    const found = this.roster.producer(producerId);
    if (found === undefined) return undefined;
    const { id, participantId, kind, source } = found.producer;
    return { id, participantId, kind, source, remote: found.origin !== local };
  }

  /** People in the meeting, on any node, without this one, who may come here from another. */
  othersThan(participantId: string): number {
    const ids = new Set(this.participants.keys());
    for (const { id } of this.roster.participants()) ids.add(id);
    ids.delete(participantId);
    return ids.size;
  }

  /** The score of a producer, here or beyond a relay. */
  tellScore(score: { readonly producerId: string; readonly score: number }): void {
    this.watchers.offer(`score:${score.producerId}`, { case: 'producerScore', value: score });
  }

  async router(): Promise<types.Router> {
    return (await this.media()).router;
  }

  /** Sends to the replica that speaks for a participant. */
  tell(participant: LocalParticipant, event: RoomEventBody): void {
    this.watchers.sendTo(participant.signalingId, event);
  }

  /** Makes the router ahead of the first join. */
  warm(): void {
    this.media().catch((error: unknown) => this.log.warn({ err: error }, 'router could not be made yet'));
  }

  /** The router of this generation; made when there is none. */
  media(): Promise<RoomMedia> {
    if (this.#closed) return Promise.reject(roomClosed(this.meetingId));
    if (this.#media !== undefined) return Promise.resolve(this.#media);
    this.#opening ??= this.#openMedia().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  /** Its worker died: whatever was on it is gone. The room lives on, in a new generation. */
  workerLost(lost: LiveWorker): void {
    if (this.#closed || this.#media?.live !== lost) return;
    this.#media.close();
    this.#media = undefined;
    this.#generation += 1;
    for (const participant of this.participants.values()) participant.replaceMedia(undefined);
    this.services.metrics.mediaRebuilt();
    this.log.warn({ generation: this.#generation, worker: lost.index }, 'room is rebuilt on another worker');
    this.watchers.broadcast({ case: 'mediaReset', value: { reason: 'WorkerDied' } });
    this.relays.mediaReset();
    if (this.participants.size + this.relays.count > 0) this.warm();
  }

  /** Takes a participant out, and frees all it had. */
  remove(participant: LocalParticipant, reason: LeaveReason): void {
    if (this.participants.get(participant.id) !== participant) return;
    this.participants.delete(participant.id);
    this.services.usage.participants -= 1;
    participant.close();
    this.roster.removeParticipant(participant.id, reason);
    this.onChanged();
  }

  /** What a copy of a remote producer brings comes by another relay now. */
  superseded(_producerId: string, localId: string): void {
    tellSuperseded(this, localId);
  }

  reachChanged(): void {
    this.onChanged();
  }

  relaysGone(): void {
    if (this.#moved) this.close();
  }

  /** The meeting is no longer here. What other nodes still get through this one goes on until they get it elsewhere. */
  moveAway(topology: Topology): void {
    this.watchers.broadcast({ case: 'closed', value: { reason: 'Moved' } });
    this.watchers.close();
    this.#moved = true;
    for (const participant of [...this.participants.values()]) this.remove(participant, Reason.NODE_LOST);
    this.log.info({ relays: this.relays.count }, 'room moves away');
    if (this.relays.count === 0) this.close();
    else this.relays.applyTopology(topology);
  }

  /** The meeting is no more. @param reason for the watchers */
  end(reason: string): void {
    this.watchers.broadcast({ case: 'closed', value: { reason } });
    this.close();
    this.log.info({ reason }, 'room closed');
  }

  /** Nothing is left afterwards. @param error for the watchers; without it their streams just end. */
  close(error?: RpcError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.watchers.close(error);
    this.relays.close();
    for (const participant of this.participants.values()) participant.close();
    this.services.usage.participants -= this.participants.size;
    this.participants.clear();
    this.#speaker.close();
    this.#media?.close();
    this.#onClosed();
  }

  /** A worker that dies meanwhile is no one's fault: the next is tried. */
  async #openMedia(): Promise<RoomMedia> {
    for (let attempt = 1; ; attempt += 1) {
      const live = await this.services.pool.acquire();
      try {
        const media = await RoomMedia.open(live, (levels) => this.#onLocalLevels(levels));
        if (!this.#closed && !media.router.closed) return (this.#media = media);
        media.close();
      } catch (error) {
        if (!live.worker.closed) throw new RpcError('UNAVAILABLE', 'the media worker failed', { cause: error });
      }
      if (this.#closed) throw roomClosed(this.meetingId);
      if (attempt === maxOpenAttempts) throw new RpcError('UNAVAILABLE', 'media workers keep dying');
    }
  }

  #onLocalLevels(levels: LevelSample[]): void {
    this.#speaker.hear(levels);
    this.relays.publishLevels(levels);
  }

  #setWatched(signalingId: string, watched: boolean): void {
    for (const participant of this.participants.values()) {
      if (participant.signalingId === signalingId) participant.setWatched(watched);
    }
  }

  #onRosterChange(change: RosterChange): void {
    if (this.#closed) return;
    if (change.case === 'participantLeft') this.#speaker.forget(change.value.participantId);
    if (change.case === 'producerRemoved') this.watchers.withdraw(`score:${change.value.producerId}`);
    this.watchers.broadcast(change);
  }
}

export function roomClosed(meetingId: string): RpcError {
  return new RpcError('FAILED_PRECONDITION', `NoTopology: meeting ${meetingId} is not placed on this node`);
}
