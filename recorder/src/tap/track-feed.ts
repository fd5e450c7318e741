/** One track's packets, by whichever copy of it comes: the tap's node may change, and its worker may die, while the track goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, type Backoff } from '@parley/process/backoff.js';
import type { Logger } from '@parley/process/log.js';
import type { types } from 'mediasoup';
import { isAhead, takeOfNew, takeOfOld, type SpliceVerdict } from '../core/tap/splice.js';
import type { TapListener, TapStream, TapTrack } from './tap-port.js';

export interface TrackFeedDeps {
  /** Resolves to the id of the best copy on the router, once one has come. */
  readonly ensureLocal: (trackId: string, signal: AbortSignal) => Promise<string>;
  /** Paused, so that nothing comes before it is listened to. */
  readonly consume: (localId: string, spatialLayer: number | undefined) => Promise<types.Consumer>;
  readonly listener: Pick<TapListener, 'streamStarted' | 'packet'>;
  readonly log: Logger;
}

interface Copy {
  readonly localId: string;
  readonly consumer: types.Consumer;
  /** Waiting for the copy before to come to where this one begins. */
  readonly held: Buffer[];
  /** Something of it has gone on. */
  begun: boolean;
}

const ensureLocalMs = 10_000;
const retry: Backoff = { firstMs: 100, lastMs: 2_000 };
/** The copy before has so long to come to where the new one begins. */
const holdMs = 1_000;
/** Law 6: a second of the largest video has fewer. */
const maxHeld = 2_000;
const keyFrameIntervalMs = 1_000;

export class TrackFeed {
  readonly track: Pick<TapTrack, 'id' | 'kind'>;
  readonly #deps: TrackFeedDeps;
  readonly #closing = new AbortController();
  #spatialLayer: number | undefined;
  #current: Copy | undefined;
  #coming: Copy | undefined;
  #connecting: Promise<void> | undefined;
  #number = 0;
  /** Another copy may be the best one by now. */
  #isStale = false;
  #newest: number | undefined;
  #wasSimulcast = false;
  #switching: NodeJS.Timeout | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: NodeJS.Timeout | undefined;

  constructor(track: Pick<TapTrack, 'id' | 'kind'>, spatialLayer: number | undefined, deps: TrackFeedDeps) {
    this.track = track;
    this.#spatialLayer = spatialLayer;
    this.#deps = deps;
    this.#connect();
  }

  /** The track comes by another copy now. */
  superseded(): void {
    this.#isStale = true;
    this.#connect();
  }

  prefer(spatialLayer: number): void {
    if (spatialLayer === this.#spatialLayer) return;
    this.#spatialLayer = spatialLayer;
    for (const { consumer } of this.#copies) this.#setLayer(consumer);
  }

  requestKeyFrame(): void {
    if (this.track.kind !== 'video' || this.#asking !== undefined || this.#isClosed) return;
    const waitMs = Math.max(0, this.#askedAtMs + keyFrameIntervalMs - performance.now());
    this.#asking = setTimeout(() => {
      this.#asking = undefined;
      this.#askedAtMs = performance.now();
      this.#current?.consumer.requestKeyFrame().catch((error: unknown) => this.#tooLate(error));
    }, waitMs);
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#switching);
    clearTimeout(this.#asking);
    for (const { consumer } of this.#copies) consumer.close();
    this.#current = undefined;
    this.#coming = undefined;
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  get #copies(): Copy[] {
    return [this.#current, this.#coming].filter((copy) => copy !== undefined);
  }

  #connect(): void {
    this.#connecting ??= this.#untilConnected()
      .catch((error: unknown) => {
        if (!this.#isClosed) this.#deps.log.error({ err: error }, 'a track is given up');
      })
      .finally(() => (this.#connecting = undefined));
  }

  async #untilConnected(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        if (await this.#takeBest()) {
          if (!this.#isStale) return;
          continue;
        }
      } catch (error) {
        if (this.#isClosed) return;
        this.#deps.log.debug({ err: error, trackId: this.track.id }, 'a track does not come yet');
      }
      await sleep(backoffMs(retry, failures, Math.random()), undefined, { signal });
    }
  }

  /** @returns whether the best copy is consumed now. */
  async #takeBest(): Promise<boolean> {
    const { signal } = this.#closing;
    this.#isStale = false;
    const within = AbortSignal.any([signal, AbortSignal.timeout(ensureLocalMs)]);
    const localId = await this.#deps.ensureLocal(this.track.id, within);
    if (this.#copies.some((copy) => copy.localId === localId)) return true;
    const layer = this.#spatialLayer;
    const consumer = await this.#deps.consume(localId, layer);
    if (signal.aborted || consumer.closed) {
      consumer.close();
      return false;
    }
    this.#attach({ localId, consumer, held: [], begun: false });
    if (layer !== this.#spatialLayer) this.#setLayer(consumer);
    await consumer.resume();
    return true;
  }

  #attach(copy: Copy): void {
    copy.consumer.on('rtp', (packet) => this.#onPacket(copy, packet));
    copy.consumer.observer.once('close', () => this.#onClosed(copy));
    this.#dropComing();
    if (this.#current === undefined) this.#current = copy;
    else this.#coming = copy;
  }

  #onPacket(copy: Copy, packet: Buffer): void {
    if (copy === this.#current && this.#coming === undefined) this.#forward(copy, packet);
    else if (copy === this.#current || copy === this.#coming) this.#splice(copy, packet);
  }

  #splice(copy: Copy, packet: Buffer): void {
    const coming = this.#coming;
    if (coming === undefined) return;
    switch (this.#judge(copy, coming, packet)) {
      case 'Forward':
        this.#forward(copy, packet);
        return;
      case 'Hold':
        coming.held.push(packet);
        this.#switching ??= setTimeout(() => this.#switchOver(), holdMs);
        if (coming.held.length >= maxHeld) this.#switchOver();
        return;
      case 'Switch':
        this.#switchOver();
        if (copy === coming) this.#forward(copy, packet);
        return;
      case 'Drop':
    }
  }

  #judge(copy: Copy, coming: Copy, packet: Buffer): SpliceVerdict {
    // Nothing has come yet; or their times can't be compared.
    if (this.#newest === undefined || coming.consumer.type === 'simulcast')
      return copy === coming ? 'Switch' : 'Forward';
    const [first] = coming.held;
    const splice = {
      kind: this.track.kind,
      newest: this.#newest,
      from: first === undefined ? undefined : timestampOf(first),
    };
    return copy === coming ? takeOfNew(splice, timestampOf(packet)) : takeOfOld(splice, timestampOf(packet));
  }

  #switchOver(): void {
    const coming = this.#coming;
    if (coming === undefined) return;
    const left = this.#current;
    this.#endSwitching();
    this.#coming = undefined;
    this.#current = coming;
    left?.consumer.close();
    for (const packet of coming.held.splice(0)) this.#forward(coming, packet);
  }

  #forward(copy: Copy, packet: Buffer): void {
    if (!copy.begun) this.#begin(copy);
    const timestamp = timestampOf(packet);
    if (this.#newest === undefined || isAhead(timestamp, this.#newest)) this.#newest = timestamp;
    this.#deps.listener.packet(this.track.id, packet);
  }

  #begin(copy: Copy): void {
    const { consumer } = copy;
    copy.begun = true;
    this.#number += 1;
    const isSimulcast = consumer.type === 'simulcast';
    const keepsTimestamps = this.#number > 1 && !isSimulcast && !this.#wasSimulcast;
    this.#wasSimulcast = isSimulcast;
    if (!keepsTimestamps) this.#newest = undefined;
    this.#deps.listener.streamStarted(this.track.id, streamOf(consumer, this.#number, keepsTimestamps));
  }

  #onClosed(copy: Copy): void {
    if (this.#isClosed) return;
    if (copy === this.#coming) this.#dropComing();
    if (copy === this.#current) {
      this.#current = undefined;
      this.#switchOver();
    }
    if (this.#copies.length === 0) this.#connect();
  }

  #dropComing(): void {
    const coming = this.#coming;
    this.#endSwitching();
    this.#coming = undefined;
    coming?.consumer.close();
  }

  #endSwitching(): void {
    clearTimeout(this.#switching);
    this.#switching = undefined;
  }

  #setLayer(consumer: types.Consumer): void {
    if (consumer.type === 'simple' || this.#spatialLayer === undefined) return;
    const layers = { spatialLayer: this.#spatialLayer };
    consumer.setPreferredLayers(layers).catch((error: unknown) => this.#tooLate(error));
  }

  #tooLate(error: unknown): void {
    this.#deps.log.debug({ err: error, trackId: this.track.id }, 'a consumer was changed too late');
  }
}

function timestampOf(packet: Buffer): number {
  return packet.readUInt32BE(4);
}

function streamOf({ rtpParameters }: types.Consumer, number: number, keepsTimestamps: boolean): TapStream {
  const [codec] = rtpParameters.codecs;
  const [encoding] = rtpParameters.encodings ?? [];
  if (codec === undefined || encoding?.ssrc === undefined) throw new TypeError('a consumer has a codec and an SSRC');
  const { payloadType, clockRate, channels = 1, parameters } = codec;
  return {
    number,
    ssrc: encoding.ssrc,
    payloadType,
    clockRate,
    channels,
    parameters: (parameters ?? {}) as TapStream['parameters'],
    keepsTimestamps,
  };
}
