/**
 * A participant's media over its whole stay: transports come and go with nodes, what is published and wanted stays. After a lost
 * socket everything goes on as it is; after a lost node (mediaReset, or ICE that cannot be repaired) it is all built anew; a node that
 * is emptied (migrate) serves on until everything flows over another.
 */
import type { IceServer } from '@parley/signaling/protocol/media-parameters.js';
import type { Welcome } from '@parley/signaling/protocol/responses.js';
import type { MediaSource } from '@parley/signaling/protocol/roster.js';
import type { Device } from 'mediasoup-client';
import type { DataConsumer } from 'mediasoup-client/types';
import type { Clock } from './clock.js';
import { planReconnect } from './core/reconnect/plan-reconnect.js';
import type { ParticipantMedia } from './core/roster/view-participants.js';
import { numberedProtocol } from './core/data/numbered.js';
import { DataInbox, type DataMessage } from './data/data-inbox.js';
import { DataSender } from './data/data-sender.js';
import { MediaTransports, type ProduceDataParameters, type ProduceParameters } from './media/media-transports.js';
import { Publisher } from './media/publisher.js';
import { ShownMedia } from './media/shown-media.js';
import { Subscriber, type Reception } from './media/subscriber.js';
import { ParleyError } from './parley-error.js';
import { randomUuid } from './random-uuid.js';
import { createPersistentRequest } from './session/persistent-request.js';
import type { SignalingSession } from './session/signaling-session.js';

export interface MeetingMediaPorts {
  readonly device: Device;
  readonly clock: Clock;
  readonly session: Pick<SignalingSession, 'request'>;
  readonly iceTransportPolicy?: RTCIceTransportPolicy;
}

export interface MeetingMediaHandlers {
  /** The participant of a producer, as the roster knows it. */
  senderOf(producerId: string): string | undefined;
  /** A track came or went, or something of one's own changed. */
  changed(): void;
  lostChanged(lost: boolean): void;
  failed(error: ParleyError): void;
  /** Transports were built anew from this. */
  rejoined(welcome: Welcome): void;
  unrecoverable(error: ParleyError): void;
  data(message: DataMessage): void;
}

/** How long sending waits at most for receiving to be connected. */
const receiveFirstMs = 500;
/** How long a lost node may take to be replaced. */
const rejoinWithinMs = 60_000;
/** After a migration the others still get what is sent over the old node for so long: they have to switch, too. */
const migrationOverlapMs = 1_500;

interface Rejoining {
  readonly unreachable: boolean;
  readonly failedAttempts: number;
  readonly sinceMs: number;
}

export class MeetingMedia {
  readonly publisher: Publisher;
  readonly data: DataSender = new DataSender();
  readonly #ports: MeetingMediaPorts;
  readonly #handlers: MeetingMediaHandlers;
  readonly #subscribe: 'all' | 'none';
  readonly #shown: ShownMedia;
  readonly #inbox: DataInbox;
  #subscriber: Subscriber;
  #transports: MediaTransports | undefined;
  /** Left once everything flows over the current ones. */
  #earlier: { readonly transports: MediaTransports; readonly subscriber: Subscriber } | undefined;
  #migrating = false;
  #waiting: { readonly resolve: () => void; readonly reject: (error: ParleyError) => void }[] = [];
  #rejoining = false;
  #cancelRejoin = (): void => undefined;
  #closed = false;

  constructor(ports: MeetingMediaPorts, handlers: MeetingMediaHandlers, subscribe: 'all' | 'none') {
    this.#ports = ports;
    this.#handlers = handlers;
    this.#subscribe = subscribe;
    this.publisher = new Publisher(
      this.#persistent(() => !this.#closed),
      () => handlers.changed(),
    );
    this.#shown = new ShownMedia(ports.clock, () => {
      if (!this.#closed) handlers.changed();
    });
    this.#inbox = new DataInbox(ports.clock, (message) => handlers.data(message));
    this.#subscriber = new Subscriber(
      {
        clock: ports.clock,
        request: (type, body) => ports.session.request(type, body),
        senderOf: (producerId) => handlers.senderOf(producerId),
        arrived: (reception) => this.#shown.allFlowing([reception]),
      },
      {
        opened: (reception) => this.#opened(reception),
        closed: ({ options, consumer }) => this.#shown.remove(options.producerId, consumer),
        failed: (error) => this.#fail(error),
      },
    );
  }

  get transports(): MediaTransports | undefined {
    return this.#transports;
  }

  get subscriber(): Subscriber {
    return this.#subscriber;
  }

  /** Remote tracks by producer. */
  get tracks(): ReadonlyMap<string, MediaStreamTrack> {
    return this.#shown.tracks;
  }

  get localMedia(): ParticipantMedia[] {
    return this.publisher.publications.map(({ source, track, paused, producerId }) => ({
      producerId: producerId ?? '',
      kind: track.kind === 'audio' ? 'audio' : 'video',
      source,
      paused,
      track,
    }));
  }

  /** Builds transports from a welcome that is not a resume. */
  attach(welcome: Welcome): void {
    this.#transports?.close();
    this.#closeEarlier();
    this.#report(this.#fill(this.#build(welcome), welcome));
  }

  /** The node is being emptied: make before break. What fails is asked for again by the server. */
  async migrate(): Promise<void> {
    const before = this.#transports;
    if (before === undefined || this.#migrating || this.#rejoining || this.#closed) return;
    this.#migrating = true;
    try {
      const { recvRtpCapabilities } = this.#ports.device;
      const body = { rtpCapabilities: recvRtpCapabilities, subscribe: this.#subscribe };
      const welcome = await this.#ports.session.request('migrate', body);
      // Left, or rejoined, meanwhile.
      if (this.#transports !== before) return;
      await this.#moveTo(welcome, before);
    } catch (error) {
      if (!ParleyError.from(error).retryable) this.#fail(error);
    } finally {
      this.#migrating = false;
    }
  }

  async #moveTo(welcome: Welcome, before: MediaTransports): Promise<void> {
    this.#earlier = { transports: before, subscriber: this.#subscriber };
    this.#subscriber = this.#subscriber.succeed();
    const transports = this.#build(welcome);
    this.#handlers.rejoined(welcome);
    await this.#fill(transports, welcome);
    await this.#shown.allFlowing(this.#subscriber.receptions);
    await new Promise<void>((resolve) => this.#ports.clock.after(migrationOverlapMs, resolve));
    if (this.#transports !== transports) return;
    await this.#persistentWhile(transports)('migrated', {});
    if (this.#transports === transports) this.#closeEarlier();
  }

  #closeEarlier(): void {
    const earlier = this.#earlier;
    this.#earlier = undefined;
    earlier?.transports.close();
    earlier?.subscriber.close();
  }

  #build(welcome: Welcome): MediaTransports {
    const request = this.#persistent(() => this.#transports === transports);
    const transports = new MediaTransports(
      this.#ports.device,
      welcome,
      { ...this.#ports, request },
      {
        produce: (parameters) => this.#produce(parameters),
        produceData: (parameters) => this.#produceData(parameters),
        // Of those that are being left it is no news.
        connectedChanged: (connected) => {
          if (this.#transports === transports) this.#handlers.lostChanged(!connected);
        },
        broken: (unreachable) => {
          if (this.#transports === transports) this.reset(unreachable);
        },
      },
    );
    this.#transports = transports;
    return transports;
  }

  /** Receiving comes first, and has the browser for itself: what is there to be seen doesn't wait for what is to be sent. */
  async #fill(transports: MediaTransports, welcome: Welcome): Promise<void> {
    await this.subscriber.attach(transports.receive, welcome.consumers);
    if (this.subscriber.receptions.length > 0) await transports.receiveConnected(receiveFirstMs);
    if (this.#transports !== transports) return;
    this.data.attach(transports.send);
    await this.publisher.attach(this.#ports.device, transports.send);
  }

  /** The socket is back. */
  resumed(welcome: Welcome): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { resolve } of waiting) resolve();
    if (this.#rejoining) return;
    if (!welcome.resumed) {
      this.attach(welcome);
      return;
    }
    this.updateIceServers(welcome.iceServers);
    const own = new Set(welcome.ownProducerIds);
    const paused = new Map(welcome.producers.filter(({ id }) => own.has(id)).map((p) => [p.id, p.paused]));
    this.#report(this.subscriber.resumed(welcome.consumers));
    this.#report(this.publisher.resumed(paused));
  }

  /** Other TURN servers, or new credentials for them. */
  updateIceServers(iceServers: readonly IceServer[]): void {
    for (const transports of [this.#transports, this.#earlier?.transports])
      if (transports !== undefined) this.#report(transports.updateIceServers(iceServers));
  }

  /**
   * The transports are of no use any more: asks for new ones until they are there.
   * @param unreachable the node is there, but not for this browser.
   */
  reset(unreachable = false): void {
    if (this.#rejoining || this.#closed) return;
    this.#rejoining = true;
    const gone = this.#transports;
    this.#transports = undefined;
    // Asked before the browser closes what is gone, which takes it longer than the server needs to answer.
    void this.#rejoin({ unreachable, failedAttempts: 0, sinceMs: this.#ports.clock.nowMs() });
    this.#handlers.lostChanged(true);
    gone?.close();
    this.#closeEarlier();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelRejoin();
    for (const { reject } of this.#waiting) reject(new ParleyError('MeetingClosed'));
    this.#waiting = [];
    this.#shown.close();
    this.#closeEarlier();
    this.subscriber.close();
    this.#transports?.close();
    this.#transports = undefined;
  }

  async #rejoin(rejoining: Rejoining): Promise<void> {
    try {
      const rejoin = this.#persistent(() => !this.#closed);
      const { recvRtpCapabilities } = this.#ports.device;
      const { unreachable } = rejoining;
      const body = { rtpCapabilities: recvRtpCapabilities, subscribe: this.#subscribe, unreachable };
      const welcome = await rejoin('rejoin', body);
      if (this.#closed) return;
      this.#rejoining = false;
      this.#handlers.rejoined(welcome);
      this.attach(welcome);
      this.#handlers.lostChanged(false);
    } catch (error) {
      if (!this.#closed) {
        const failedAttempts = rejoining.failedAttempts + 1;
        this.#rejoinFailed(ParleyError.from(error), { ...rejoining, failedAttempts });
      }
    }
  }

  #rejoinFailed(error: ParleyError, rejoining: Rejoining): void {
    const { clock } = this.#ports;
    const plan = planReconnect({
      failedAttempts: rejoining.failedAttempts,
      elapsedMs: clock.nowMs() - rejoining.sinceMs,
      resumeWithinMs: rejoinWithinMs,
      random: clock.random(),
    });
    if (!error.retryable || plan.kind === 'GiveUp') {
      this.#handlers.unrecoverable(error);
      return;
    }
    this.#cancelRejoin = clock.after(plan.delayMs, () => void this.#rejoin(rejoining));
  }

  async #produce({ kind, rtpParameters, appData }: ProduceParameters): Promise<string> {
    const producerId = randomUuid();
    const { source, paused } = appData as { source: MediaSource; paused: boolean };
    const request = this.#persistentWhile(this.#transports);
    await request('produce', { producerId, kind, source, rtpParameters, paused });
    return producerId;
  }

  async #produceData({ label, protocol, sctpStreamParameters }: ProduceDataParameters): Promise<string> {
    const producerId = randomUuid();
    const request = this.#persistentWhile(this.#transports);
    await request('produceData', { producerId, label, protocol, sctpStreamParameters });
    return producerId;
  }

  #persistentWhile(transports: MediaTransports | undefined): ReturnType<typeof createPersistentRequest> {
    return this.#persistent(() => this.#transports === transports);
  }

  #persistent(isCurrent: () => boolean): ReturnType<typeof createPersistentRequest> {
    return createPersistentRequest({
      isCurrent,
      request: (type, body) => this.#ports.session.request(type, body),
      untilConnected: () => new Promise((resolve, reject) => this.#waiting.push({ resolve, reject })),
    });
  }

  #opened({ options, participantId, consumer }: Reception): void {
    if ('track' in consumer) this.#shown.add({ options, participantId, consumer });
    else this.#listen(consumer, participantId);
  }

  #listen(consumer: DataConsumer, participantId: string): void {
    const { label } = consumer;
    const origin = { participantId, label };
    const channel = consumer.protocol === numberedProtocol ? this.#inbox.open(origin) : undefined;
    consumer.observer.on('close', () => channel?.close());
    consumer.on('message', (payload: unknown) => {
      if (typeof payload !== 'string' && !(payload instanceof ArrayBuffer)) return;
      if (channel === undefined) this.#handlers.data({ ...origin, payload });
      else channel.received(payload);
    });
  }

  #report(work: Promise<void>): void {
    work.catch((error: unknown) => this.#fail(error));
  }

  /** What fails because its transports went away is no news. */
  #fail(error: unknown): void {
    if (!this.#closed && !this.#rejoining) this.#handlers.failed(ParleyError.from(error));
  }
}
