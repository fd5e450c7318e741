/**
 * A participant's two transports on one node, from one welcome until the node is lost. Their DTLS parameters are handed in
 * without waiting for the answer: the handshake repeats its first packet, so the order of arrival doesn't matter.
 */
import type { TransportDirection } from '@parley/signaling/protocol/client-messages.js';
import type { IceServer } from '@parley/signaling/protocol/media-parameters.js';
import type { ResponseData, Welcome } from '@parley/signaling/protocol/responses.js';
import type { ClientMessageType } from '@parley/signaling/protocol/client-messages.js';
import type { Device } from 'mediasoup-client';
import type { Transport } from 'mediasoup-client/types';
import type { Clock } from '../clock.js';
import { leavesServer } from '../core/ice/leaves-server.js';
import type { RequestBody } from '../session/pending-requests.js';
import { readStats } from './read-stats.js';

/** Sends a request, and again after each resume, while these transports are the current ones. */
export type SendRequest = <T extends ClientMessageType>(type: T, body: RequestBody<T>) => Promise<ResponseData[T]>;

export interface TransportHandlers {
  /** What the browser asks when it produces; answered with the producer's id. */
  produce(parameters: ProduceParameters): Promise<string>;
  produceData(parameters: ProduceDataParameters): Promise<string>;
  /** Both directions that are in use are connected, or one of them no longer is. */
  connectedChanged(connected: boolean): void;
  /** Of no use any more. @param unreachable no ICE restart brings it back. */
  broken(unreachable: boolean): void;
}

export type ProduceParameters = Pick<RequestBody<'produce'>, 'kind' | 'rtpParameters'> & {
  readonly appData: Readonly<Record<string, unknown>>;
};
export type ProduceDataParameters = Pick<RequestBody<'produceData'>, 'sctpStreamParameters'> & {
  readonly label: string;
  readonly protocol: string;
};

/** A browser that goes over from one path to another may be without any for a moment: that is no news. */
const blipMs = 300;
/** A transport may come back by itself from `disconnected`; after this it is helped. */
const disconnectedGraceMs = 1_500;
/** A browser that takes the new path by itself has taken it by then. */
const goOverMs = 2_000;
const restartIntervalMs = 4_000;
/** The server answers these: when media does not flow then, it will not over this node. */
const maxIceRestarts = 2;

export class MediaTransports {
  readonly receive: Transport;
  readonly #createSend: () => Transport;
  #iceServers: RTCIceServer[];
  readonly #request: SendRequest;
  readonly #handlers: TransportHandlers;
  readonly #clock: Clock;
  readonly #unhealthy = new Set<TransportDirection>();
  readonly #timers = new Map<TransportDirection, () => void>();
  #send: Transport | undefined;
  #closed = false;

  constructor(
    device: Device,
    welcome: Pick<Welcome, 'transports' | 'iceServers'>,
    ports: {
      readonly request: SendRequest;
      readonly clock: Clock;
      readonly iceTransportPolicy?: RTCIceTransportPolicy;
    },
    handlers: TransportHandlers,
  ) {
    this.#request = ports.request;
    this.#clock = ports.clock;
    this.#handlers = handlers;
    this.#iceServers = welcome.iceServers.map(toRtcIceServer);
    const ice = (): { iceServers: RTCIceServer[]; iceTransportPolicy?: RTCIceTransportPolicy } => ({
      iceServers: this.#iceServers,
      ...(ports.iceTransportPolicy !== undefined && { iceTransportPolicy: ports.iceTransportPolicy }),
    });
    this.receive = device.createRecvTransport({ ...welcome.transports.receive, ...ice() });
    this.#wire(this.receive, 'receive');
    this.#createSend = () => device.createSendTransport({ ...welcome.transports.send, ...ice() });
  }

  /** Made when it is first needed: what is received comes first. */
  get send(): Transport {
    if (this.#send === undefined) {
      this.#send = this.#createSend();
      this.#wire(this.#send, 'send');
      this.#wireProducing(this.#send);
      if (this.#closed) this.#send.close();
    }
    return this.#send;
  }

  /** Resolves when what is received can flow, and at the latest after so long. */
  receiveConnected(withinMs: number): Promise<void> {
    if (this.receive.connectionState === 'connected') return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(withinMs, resolve);
      this.receive.observer.once('close', cancel);
      this.receive.on('connectionstatechange', (state) => {
        if (state !== 'connected') return;
        cancel();
        resolve();
      });
    });
  }

  /** New credentials, or other servers. What leads over a TURN server that is about to go is replaced while it still works. */
  async updateIceServers(iceServers: readonly IceServer[]): Promise<void> {
    this.#iceServers = iceServers.map(toRtcIceServer);
    const directions: readonly TransportDirection[] = this.#send === undefined ? ['receive'] : ['receive', 'send'];
    await Promise.all(directions.map((direction) => this.#useIceServers(direction)));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#send?.close();
    this.receive.close();
  }

  async #useIceServers(direction: TransportDirection): Promise<void> {
    const transport = this.#transportOf(direction);
    if (transport.closed) return;
    await transport.updateIceServers({ iceServers: this.#iceServers });
    const { turnUrls } = readStats(await transport.getStats());
    // One that is unhealthy is restarted anyway.
    if (this.#closed || this.#unhealthy.has(direction) || !leavesServer(turnUrls, this.#iceServers)) return;
    await this.#restartIce(direction);
    await new Promise<void>((resolve) => void this.#clock.after(goOverMs, resolve));
    await this.#goOver(direction);
  }

  /**
   * Chromium doesn't even try a new path while it has one that works and that it ranks higher: by its server's place in the list, or because
   * addresses are translated behind the server. A node knows the credentials of the last two restarts only: after two more it
   * answers no checks on the old path, and the browser takes the new one, about six seconds later. Media flows over the old one until then.
   */
  async #goOver(direction: TransportDirection): Promise<void> {
    if (this.#closed || this.#unhealthy.has(direction)) return;
    const { path, turnUrls } = readStats(await this.#transportOf(direction).getStats());
    if (path?.turnUrl === undefined || !leavesServer([path.turnUrl], this.#iceServers)) return;
    // Without another the old one is better than none.
    if (turnUrls.every((url) => leavesServer([url], this.#iceServers))) return;
    await this.#request('restartIce', { direction });
    await this.#restartIce(direction);
  }

  #wire(transport: Transport, direction: TransportDirection): void {
    transport.on('connect', ({ dtlsParameters }, done) => {
      this.#request('connectTransport', { direction, dtlsParameters }).catch(() => this.#break(false));
      done();
    });
    transport.on('connectionstatechange', (state) => {
      if (this.#closed) return;
      if (state === 'connected') this.#recovered(direction);
      if (state === 'disconnected') this.#suspect(direction);
      if (state === 'failed') this.#lost(direction, 0);
    });
  }

  #wireProducing(send: Transport): void {
    send.on('produce', (parameters, done, failed) => {
      this.#handlers.produce(parameters).then(
        (id) => done({ id }),
        (error: unknown) => failed(error as Error),
      );
    });
    send.on('producedata', ({ sctpStreamParameters, label = '', protocol = '' }, done, failed) => {
      this.#handlers.produceData({ sctpStreamParameters, label, protocol }).then(
        (id) => done({ id }),
        (error: unknown) => failed(error as Error),
      );
    });
  }

  #recovered(direction: TransportDirection): void {
    this.#timers.get(direction)?.();
    this.#timers.delete(direction);
    this.#unhealthy.delete(direction);
    if (this.#unhealthy.size === 0) this.#handlers.connectedChanged(true);
  }

  #suspect(direction: TransportDirection): void {
    this.#unhealthy.add(direction);
    this.#schedule(direction, blipMs, () => this.#lost(direction, disconnectedGraceMs - blipMs));
  }

  #lost(direction: TransportDirection, restartInMs: number): void {
    this.#unhealthy.add(direction);
    this.#handlers.connectedChanged(false);
    this.#schedule(direction, restartInMs, () => this.#restart(direction, 1));
  }

  /** In place of what was to be done. */
  #schedule(direction: TransportDirection, delayMs: number, what: () => void): void {
    this.#timers.get(direction)?.();
    this.#timers.set(direction, this.#clock.after(delayMs, what));
  }

  #restart(direction: TransportDirection, attempt: number): void {
    if (this.#closed || !this.#unhealthy.has(direction)) return;
    if (attempt > maxIceRestarts) {
      this.#break(true);
      return;
    }
    // The next attempt is due anyway.
    this.#restartIce(direction).catch(() => undefined);
    this.#schedule(direction, restartIntervalMs, () => this.#restart(direction, attempt + 1));
  }

  async #restartIce(direction: TransportDirection): Promise<void> {
    const { iceParameters } = await this.#request('restartIce', { direction });
    await this.#transportOf(direction).restartIce({ iceParameters });
  }

  #transportOf(direction: TransportDirection): Transport {
    return direction === 'send' ? this.send : this.receive;
  }

  #break(unreachable: boolean): void {
    if (!this.#closed) this.#handlers.broken(unreachable);
  }
}

function toRtcIceServer({ urls, username, credential }: IceServer): RTCIceServer {
  return {
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  };
}
