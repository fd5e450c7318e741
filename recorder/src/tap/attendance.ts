/**
 * A recorder in a meeting, for as long as it has a tap there: as a node's room it is told who is there and what they send, by its one
 * relay, and unlike a room it takes all of it.
 */
import { MediaKind, type Participant, type Producer } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { Logger } from '@parley/process/log.js';
import { createRoster, type Roster, type RosterChange } from '@parley/relay/core/roster/roster.js';
import type { CreateRoomRelays, RelayedRoom, RoomRelays } from '@parley/relay/relay-port.js';
import { RoomSpeaker } from '@parley/relay/room-speaker.js';
import type { types } from 'mediasoup';
import { chooseLayer, type LayerWish } from '../core/tap/choose-layer.js';
import { trackOf } from '../core/tap/track-of.js';
import type { TapMedia } from './tap-media.js';
import type { TapListener, TapTrack } from './tap-port.js';
import { TrackFeed } from './track-feed.js';

export interface AttendanceDeps {
  readonly meetingId: string;
  readonly media: TapMedia;
  readonly createRelays: CreateRoomRelays;
  readonly listener: TapListener;
  readonly layers: LayerWish;
  readonly log: Logger;
}

interface Attended {
  readonly feed: TrackFeed;
  track: TapTrack;
}

export class Attendance implements RelayedRoom {
  readonly meetingId: string;
  readonly roster: Roster = createRoster();
  readonly #deps: AttendanceDeps;
  readonly #relays: RoomRelays;
  readonly #speaker: RoomSpeaker;
  readonly #names = new Map<string, string>();
  readonly #tracks = new Map<string, Attended>();
  #speaking = '';
  #isConnected = false;
  #layer: number | undefined;
  #closed = false;

  constructor(deps: AttendanceDeps) {
    this.#deps = deps;
    this.meetingId = deps.meetingId;
    this.#speaker = new RoomSpeaker(({ participantId = '' }) => this.#tellSpeaker(participantId), Date.now);
    this.roster.onChange((change) => this.#onRosterChange(change));
    this.#relays = deps.createRelays(this);
    this.#relays.onLevels((levels) => this.#speaker.hear(levels));
  }

  get generation(): number {
    return this.#deps.media.generation;
  }

  async router(): Promise<types.Router> {
    return (await this.#deps.media.open()).router;
  }

  applyTopology(topology: Topology): void {
    this.#relays.applyTopology(topology);
  }

  requestKeyFrame(trackId: string): void {
    this.#tracks.get(trackId)?.feed.requestKeyFrame();
  }

  mediaReset(): void {
    this.#relays.mediaReset();
  }

  superseded(producerId: string): void {
    this.#tracks.get(producerId)?.feed.superseded();
  }

  reachChanged(): void {
    const { isConnected } = this.#relays;
    if (this.#closed || isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    this.#deps.listener.connectionChanged(isConnected);
  }

  relaysGone(): void {
    // A tap is its only relay: it leaves when the topology says so.
  }

  tellScore(): void {
    // What a node scores is for its own people.
  }

  /** As if everybody had left. */
  close(): void {
    if (this.#closed) return;
    this.#relays.close();
    for (const id of [...this.#tracks.keys()]) this.#endTrack(id);
    for (const id of [...this.#names.keys()]) this.#leave(id);
    this.#tellSpeaker('');
    this.#speaker.close();
    if (this.#isConnected) this.#deps.listener.connectionChanged(false);
    this.#closed = true;
  }

  #onRosterChange(change: RosterChange): void {
    if (this.#closed) return;
    switch (change.case) {
      case 'participantJoined':
      case 'participantUpdated':
        this.#attend(change.value);
        return;
      case 'participantLeft':
        this.#leave(change.value.participantId);
        return;
      case 'producerAdded':
      case 'producerUpdated':
        this.#take(change.value);
        return;
      case 'producerRemoved':
        this.#endTrack(change.value.producerId);
    }
  }

  /** A webinar's viewers send nothing, and nobody is told of them. */
  #attend({ id, name, viewer }: Participant): void {
    const before = this.#names.get(id);
    if (viewer || before === name) return;
    this.#names.set(id, name);
    if (before === undefined) this.#deps.listener.participantJoined({ id, name });
    else this.#deps.listener.participantRenamed({ id, name });
  }

  #leave(id: string): void {
    this.#speaker.forget(id);
    if (this.#names.delete(id)) this.#deps.listener.participantLeft(id);
  }

  #take(producer: Producer): void {
    const known = this.#tracks.get(producer.id);
    const track = trackOf(producer);
    if (track === undefined) {
      if (producer.kind !== MediaKind.DATA)
        this.#deps.log.warn({ mimeType: producer.mimeType, source: producer.source }, 'this is not recorded');
      return;
    }
    if (known === undefined) this.#startTrack(track);
    else if (known.track.muted !== track.muted) {
      known.track = track;
      this.#deps.listener.trackMuted(track.id, track.muted);
      this.#settleLayers();
    }
  }

  #startTrack(track: TapTrack): void {
    const { listener, log } = this.#deps;
    listener.trackStarted(track);
    this.#relays.setDemand(track.id, 'Active');
    const feed = new TrackFeed(track, track.source === 'camera' ? this.#layer : undefined, {
      ensureLocal: (id, signal) => this.#relays.ensureLocal(id, signal),
      consume: (localId, spatialLayer) => this.#consume(localId, spatialLayer),
      listener,
      log,
    });
    this.#tracks.set(track.id, { feed, track });
    this.#settleLayers();
  }

  #endTrack(id: string): void {
    const known = this.#tracks.get(id);
    if (known === undefined) return;
    this.#tracks.delete(id);
    known.feed.close();
    this.#relays.setDemand(id, 'None');
    this.#deps.listener.trackEnded(id);
    this.#settleLayers();
  }

  async #consume(producerId: string, spatialLayer: number | undefined): Promise<types.Consumer> {
    const { transport, capabilities } = await this.#deps.media.open();
    return transport.consume({
      producerId,
      rtpCapabilities: capabilities,
      paused: true,
      ...(spatialLayer !== undefined && { preferredLayers: { spatialLayer } }),
    });
  }

  /** A screen is always taken at its best, which is what nobody prefers. */
  #settleLayers(): void {
    const cameras = [...this.#tracks.values()].filter(({ track }) => track.source === 'camera');
    const on = cameras.filter(({ track }) => !track.muted).length;
    this.#layer = chooseLayer(on, this.#deps.layers, this.#layer);
    for (const { feed } of cameras) feed.prefer(this.#layer);
  }

  #tellSpeaker(participantId: string): void {
    if (participantId === this.#speaking) return;
    this.#speaking = participantId;
    this.#deps.listener.activeSpeakerChanged(participantId === '' ? undefined : participantId);
  }
}
