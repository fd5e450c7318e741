/** A meeting that this browser is in, from the first welcome until it is left, ended or lost. */
import type { Welcome } from '@parley/signaling/protocol/responses.js';
import type { Role } from '@parley/signaling/protocol/rest.js';
import type { LeaveReason, MediaSource } from '@parley/signaling/protocol/roster.js';
import type { ServerEvent } from '@parley/signaling/protocol/server-messages.js';
import type { VideoHint } from './core/layers/select-layers.js';
import type { Quality } from './core/quality/score-quality.js';
import { applyRosterEvent, buildRoster, diffRosters, type Roster, type RosterChange } from './core/roster/roster.js';
import { viewParticipants, type MeetingParticipant } from './core/roster/view-participants.js';
import { ParleyError } from './parley-error.js';
import { gatherStats, type MeetingStats } from './meeting-stats.js';
import { createMeetingHost, type HostAccess, type MeetingHost } from './meeting-host.js';
import { MeetingMedia, type MeetingMediaPorts } from './meeting-media.js';
import type { ActiveSpeakerState, ClosedReason, MeetingEvents, MeetingState } from './meeting-events.js';
import type { PublishOptions } from './media/publisher.js';
import { QualityMonitor, type Observation } from './quality-monitor.js';
import type { SessionHandlers, SignalingSession } from './session/signaling-session.js';
import { createTypedEmitter } from './typed-emitter.js';
import type { WaitingForRoom } from './wait-for-room.js';

export interface MeetingPorts extends Pick<MeetingMediaPorts, 'device' | 'clock' | 'iceTransportPolicy'> {
  /** The session that this meeting is to use, calling these handlers. */
  openSession(handlers: SessionHandlers): SignalingSession;
  /** Whether everything that others send is received, or only what subscribe() names. */
  readonly autoSubscribe: boolean;
  readonly role: Role;
  /** Of a host. */
  readonly host?: HostAccess;
  /** There is no room yet; enter() goes on. */
  readonly onWaiting?: (waiting: WaitingForRoom) => void;
}

export class Meeting {
  readonly #ports: MeetingPorts;
  readonly #session: SignalingSession;
  readonly #media: MeetingMedia;
  readonly #host: MeetingHost | undefined;
  readonly #emitter = createTypedEmitter<MeetingEvents>();
  readonly #chosen = new Map<string, boolean>();
  readonly #producerScores = new Map<string, number>();
  #monitor: QualityMonitor | undefined;
  #welcome: Welcome | undefined;
  #roster: Roster = buildRoster([], []);
  #participants: readonly MeetingParticipant[] = [];
  #qualities: ReadonlyMap<string, Quality> = new Map();
  #activeSpeaker: ActiveSpeakerState = { participantId: undefined, levels: [] };
  #recording = false;
  #recordingAloud = false;
  #signalingLost = false;
  #mediaLost = false;
  #state: MeetingState = { kind: 'Connected' };

  constructor(ports: MeetingPorts) {
    this.#ports = ports;
    this.#session = ports.openSession({
      resumed: (welcome) => this.#resumed(welcome),
      lost: () => this.#setLost({ signaling: true }),
      event: (event) => this.#received(event),
      waiting: ({ reason, ahead }) => ports.onWaiting?.({ reason, ahead }),
      ended: (error) => this.#sessionEnded(error),
    });
    this.#host = ports.host && createMeetingHost(ports.host, this.#session);
    this.#media = new MeetingMedia(
      { ...ports, session: this.#session },
      {
        senderOf: (producerId) => this.#roster.producers.get(producerId)?.participantId,
        changed: () => this.#refresh(),
        lostChanged: (mediaLost) => this.#setLost({ media: mediaLost }),
        failed: (error) => this.#emitter.emit('mediaFailed', error),
        // Whom the other node does not know was lost with the one before; where they come back, that is told.
        rejoined: (welcome) => this.#adopt(welcome, 'NodeLost'),
        unrecoverable: (error) => this.#close({ kind: 'Failed', error }),
        data: (message) => this.#emitter.emit('data', message),
      },
      ports.autoSubscribe ? 'all' : 'none',
    );
  }

  /** Called once, by joinMeeting. */
  async enter(): Promise<void> {
    const welcome = await this.#session.enter();
    this.#adopt(welcome, 'Left');
    this.#media.attach(welcome);
    this.#monitor = new QualityMonitor({
      localId: welcome.participantId,
      clock: this.#ports.clock,
      observe: () => this.#observe(),
      producerScores: () => this.#scoresByParticipant(),
      changed: (qualities) => {
        this.#qualities = qualities;
        this.#refresh();
      },
    });
  }

  get id(): string {
    return this.#entered.meeting.id;
  }
  get title(): string {
    return this.#entered.meeting.title;
  }
  get localId(): string {
    return this.#entered.participantId;
  }
  /** viewer: of a webinar, who can't send, and whom others aren't told of. */
  get role(): Role {
    return this.#ports.role;
  }
  /** Undefined for who is none. */
  get host(): MeetingHost | undefined {
    return this.#host;
  }
  get state(): MeetingState {
    return this.#state;
  }
  /** In the order of joining, this participant included; a new array with every change. */
  get participants(): readonly MeetingParticipant[] {
    return this.#participants;
  }
  get activeSpeaker(): ActiveSpeakerState {
    return this.#activeSpeaker;
  }

  /** Everybody in it is to know. */
  get recording(): boolean {
    return this.#recording;
  }

  /** Where it is recorded, they are to hear of it, too. */
  get recordingAloud(): boolean {
    return this.#recordingAloud;
  }

  /** Returns a function that removes the listener. */
  on<K extends keyof MeetingEvents>(event: K, listener: (...args: MeetingEvents[K]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /** Sends a track; one for each source, a second one replaces the first. Tracks stay the caller's to stop. */
  publish(track: MediaStreamTrack, options: PublishOptions): Promise<void> {
    if (this.role === 'viewer') return Promise.reject(new ParleyError('ViewersOnlyReceive'));
    return this.#media.publisher.publish(track, options);
  }

  unpublish(source: MediaSource): Promise<void> {
    return this.#media.publisher.unpublish(source);
  }

  /** Mutes or unmutes for everybody; while muted nothing is sent. */
  setPaused(source: MediaSource, paused: boolean): Promise<void> {
    return this.#media.publisher.setPaused(source, paused);
  }

  subscribe(producerIds: readonly string[]): void {
    for (const id of producerIds) this.#chosen.set(id, true);
    this.#updateWanted();
  }

  unsubscribe(producerIds: readonly string[]): void {
    for (const id of producerIds) this.#chosen.set(id, false);
    this.#updateWanted();
  }

  /** How a remote video is shown; its layers follow. Without a hint it comes as good as the bandwidth allows. */
  setVideoHint(producerId: string, hint: VideoHint): void {
    this.#media.subscriber.setHint(producerId, hint);
  }

  /** Reliable and in order for each label; `data` events carry it to everybody else who is in the meeting by then. */
  sendData(label: string, payload: string | ArrayBuffer): Promise<void> {
    if (this.role === 'viewer') return Promise.reject(new ParleyError('ViewersOnlyReceive'));
    return this.#media.data.send(label, payload);
  }

  async rename(name: string): Promise<void> {
    await this.#session.request('updateParticipant', { name });
  }

  /** Undefined while the media is being set up anew. */
  async getStats(): Promise<MeetingStats | undefined> {
    const { transports, subscriber } = this.#media;
    return transports && gatherStats(this.#entered.node, transports, subscriber.receptions);
  }

  /** The network changed: finds out at once what still works. */
  checkConnection(): void {
    this.#session.check();
  }

  /** Tells the server and closes everything. */
  leave(): void {
    if (this.#state.kind === 'Closed') return;
    this.#session.request('leave', {}).catch(() => undefined);
    this.#close({ kind: 'Left' });
  }

  get #entered(): Welcome {
    if (this.#welcome === undefined) throw new ParleyError('MeetingClosed', { detail: 'not entered yet' });
    return this.#welcome;
  }

  /** @param missing why those left who were here, and are not in it. */
  #adopt(welcome: Welcome, missing: LeaveReason): void {
    this.#welcome = welcome;
    this.#setSpeaker({
      participantId: welcome.activeSpeaker.participantId ?? undefined,
      levels: welcome.activeSpeaker.levels,
    });
    this.#setRecording(welcome.recording, welcome.recordingAloud);
    this.#setRoster(buildRoster(welcome.participants, welcome.producers), missing);
  }

  #resumed(welcome: Welcome): void {
    this.#adopt(welcome, 'Left');
    this.#setLost({ signaling: false });
    this.#media.resumed(welcome);
  }

  #received(event: ServerEvent): void {
    switch (event.type) {
      case 'activeSpeaker': {
        this.#setSpeaker({ participantId: event.participantId ?? undefined, levels: event.levels });
        return;
      }
      case 'recording': {
        this.#setRecording(event.recording, event.aloud);
        return;
      }
      case 'consumerSuperseded': {
        this.#media.subscriber.consumerSuperseded(event.consumerId);
        return;
      }
      case 'consumerClosed': {
        this.#media.subscriber.consumerClosed(event.consumerId);
        return;
      }
      case 'producerScore':
        this.#producerScores.set(event.producerId, event.score);
        return;
      case 'mediaReset': {
        this.#media.reset();
        return;
      }
      case 'migrate': {
        void this.#media.migrate();
        return;
      }
      case 'iceServers': {
        this.#media.updateIceServers(event.iceServers);
        return;
      }
      case 'ended': {
        this.#close({ kind: 'Ended', endReason: event.reason });
        return;
      }
      default:
        this.#setRoster(
          applyRosterEvent(this.#roster, event),
          event.type === 'participantLeft' ? event.reason : 'Left',
        );
    }
  }

  #setRoster(roster: Roster, leaveReason: LeaveReason): void {
    if (roster === this.#roster) return;
    const before = this.#participants;
    const changes = diffRosters(this.#roster, roster);
    this.#roster = roster;
    this.#updateWanted();
    this.#participants = this.#view();
    for (const change of changes) this.#announce(change, before, leaveReason);
    if (changes.length > 0) this.#emitter.emit('participantsChanged', this.#participants);
  }

  #announce(change: RosterChange, before: readonly MeetingParticipant[], leaveReason: LeaveReason): void {
    if (change.kind === 'ProducerRemoved') {
      this.#chosen.delete(change.producer.id);
      this.#producerScores.delete(change.producer.id);
    }
    if (change.kind !== 'ParticipantJoined' && change.kind !== 'ParticipantLeft') return;
    const all = change.kind === 'ParticipantJoined' ? this.#participants : before;
    const participant = all.find(({ id }) => id === change.participant.id);
    if (participant === undefined || participant.isLocal) return;
    if (change.kind === 'ParticipantJoined') this.#emitter.emit('participantJoined', participant);
    else this.#emitter.emit('participantLeft', participant, leaveReason);
  }

  #refresh(): void {
    if (this.#welcome === undefined || this.#state.kind === 'Closed') return;
    this.#participants = this.#view();
    this.#emitter.emit('participantsChanged', this.#participants);
  }

  #view(): MeetingParticipant[] {
    return viewParticipants({
      roster: this.#roster,
      localId: this.localId,
      localMedia: this.#media.localMedia,
      tracks: this.#media.tracks,
      qualities: this.#qualities,
    });
  }

  #updateWanted(): void {
    const ids = [...this.#roster.producers.values()]
      .filter(
        ({ id, participantId }) =>
          participantId !== this.localId && (this.#chosen.get(id) ?? this.#ports.autoSubscribe),
      )
      .map(({ id }) => id);
    this.#media.subscriber.setWanted(new Set(ids));
  }

  #setSpeaker(speaker: ActiveSpeakerState): void {
    this.#activeSpeaker = speaker;
    this.#emitter.emit('activeSpeakerChanged', speaker);
  }

  /** A replica of the version before says neither. */
  #setRecording(said: boolean | undefined, aloud: boolean | undefined): void {
    const recording = said ?? false;
    this.#recordingAloud = aloud ?? false;
    if (recording === this.#recording) return;
    this.#recording = recording;
    this.#emitter.emit('recordingChanged', recording);
  }

  async #observe(): Promise<Observation | undefined> {
    const stats = await this.getStats();
    if (stats === undefined) return undefined;
    return {
      sent: stats.sent,
      sendRoundTripMs: stats.sendRoundTripMs,
      received: stats.received.map((item) => ({ participantId: item.participantId, stats: item })),
    };
  }

  #scoresByParticipant(): Map<string, number> {
    const scores = new Map<string, number>();
    for (const [producerId, score] of this.#producerScores) {
      const producer = this.#roster.producers.get(producerId);
      if (producer === undefined || producer.paused) continue;
      scores.set(producer.participantId, Math.min(score, scores.get(producer.participantId) ?? 10));
    }
    return scores;
  }

  #setLost(change: { readonly signaling?: boolean; readonly media?: boolean }): void {
    this.#signalingLost = change.signaling ?? this.#signalingLost;
    this.#mediaLost = change.media ?? this.#mediaLost;
    const lost = this.#signalingLost || this.#mediaLost;
    this.#setState(lost ? { kind: 'Reconnecting', media: !this.#mediaLost } : { kind: 'Connected' });
  }

  #setState(state: MeetingState): void {
    if (this.#state.kind === 'Closed' || JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#emitter.emit('stateChanged', state);
  }

  #sessionEnded(error: ParleyError): void {
    if (error.code === 'MeetingEnded') this.#close({ kind: 'Ended', endReason: 'Unknown' });
    else if (error.code === 'Replaced') this.#close({ kind: 'Replaced' });
    else this.#close({ kind: 'Failed', error });
  }

  #close(reason: ClosedReason): void {
    if (this.#state.kind === 'Closed') return;
    this.#monitor?.close();
    this.#media.close();
    this.#session.close();
    this.#setState({ kind: 'Closed', reason });
    this.#emitter.removeAll();
  }
}
