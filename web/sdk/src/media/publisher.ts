/** What this participant sends, by source; brought onto each new pair of transports, and level with the server after each resume. */
import type { MediaSource } from '@parley/signaling/protocol/roster.js';
import type { Device } from 'mediasoup-client';
import type { Producer, ProducerOptions, Transport } from 'mediasoup-client/types';
import {
  selectEncodings,
  selectScreenEncodings,
  type Capture,
  type VideoCodec,
} from '../core/encodings/select-encodings.js';
import { ParleyError } from '../parley-error.js';
import type { SendRequest } from './media-transports.js';

export interface PublishOptions {
  readonly source: MediaSource;
  /** For video; VP8 in simulcast unless the meeting cannot take it. */
  readonly codec?: VideoCodec;
  /** Begin muted: nothing is sent until setPaused(source, false). */
  readonly paused?: boolean;
}

/** A track of this participant's on its way to the others. */
export interface Publication {
  readonly source: MediaSource;
  readonly track: MediaStreamTrack;
  readonly paused: boolean;
  /** Undefined while it is being set up. */
  readonly producerId: string | undefined;
}

interface Entry {
  readonly options: PublishOptions;
  track: MediaStreamTrack;
  paused: boolean;
  producer: Producer | undefined;
  /** What the node was last told. */
  serverPaused: boolean;
}

const defaultCapture: Capture = { widthPx: 1280, heightPx: 720, framesPerSecond: 30 };

function captureOf(track: MediaStreamTrack): Capture {
  const { width, height, frameRate } = track.getSettings();
  return {
    widthPx: width ?? defaultCapture.widthPx,
    heightPx: height ?? defaultCapture.heightPx,
    framesPerSecond: frameRate ?? defaultCapture.framesPerSecond,
  };
}

export class Publisher {
  readonly #entries = new Map<MediaSource, Entry>();
  readonly #request: SendRequest;
  readonly #changed: () => void;
  /** Still sending over transports that are being left. */
  readonly #earlier = new Map<MediaSource, Producer>();
  #device: Device | undefined;
  #transport: Transport | undefined;

  constructor(request: SendRequest, changed: () => void) {
    this.#request = request;
    this.#changed = changed;
  }

  get publications(): readonly Publication[] {
    return [...this.#entries.values()].map(({ options, track, paused, producer }) => ({
      source: options.source,
      track,
      paused,
      producerId: producer?.id,
    }));
  }

  /** mediasoup-client's producers by source, for statistics. */
  producerOf(source: MediaSource): Producer | undefined {
    return this.#entries.get(source)?.producer;
  }

  /** Publishes everything on these transports; what is on earlier ones lasts as long as they do. */
  async attach(device: Device, transport: Transport): Promise<void> {
    this.#device = device;
    this.#transport = transport;
    for (const entry of this.#entries.values()) {
      if (entry.producer !== undefined) this.#earlier.set(entry.options.source, entry.producer);
      entry.producer = undefined;
    }
    await Promise.all([...this.#entries.values()].map((entry) => this.#produce(entry)));
  }

  async publish(track: MediaStreamTrack, options: PublishOptions): Promise<void> {
    const known = this.#entries.get(options.source);
    if (known !== undefined) return this.replaceTrack(options.source, track);
    const paused = options.paused ?? false;
    const entry: Entry = { options, track, paused, producer: undefined, serverPaused: paused };
    this.#entries.set(options.source, entry);
    this.#changed();
    await this.#produce(entry);
  }

  async replaceTrack(source: MediaSource, track: MediaStreamTrack): Promise<void> {
    const entry = this.#entries.get(source);
    if (entry === undefined || entry.track === track) return;
    entry.track = track;
    this.#endEarlier(source);
    await entry.producer?.replaceTrack({ track });
    this.#changed();
  }

  async setPaused(source: MediaSource, paused: boolean): Promise<void> {
    const entry = this.#entries.get(source);
    if (entry === undefined || entry.paused === paused) return;
    entry.paused = paused;
    if (paused) this.#endEarlier(source);
    this.#changed();
    await this.#bringLevel(entry);
  }

  async unpublish(source: MediaSource): Promise<void> {
    const entry = this.#entries.get(source);
    if (entry === undefined) return;
    this.#entries.delete(source);
    this.#endEarlier(source);
    this.#changed();
    const producer = entry.producer;
    if (producer === undefined) return;
    producer.close();
    await this.#request('updateProducers', { items: [{ producerId: producer.id, closed: true }] });
  }

  /** After a resume: `serverPaused` holds the server's view of this participant's producers. */
  async resumed(serverPaused: ReadonlyMap<string, boolean>): Promise<void> {
    for (const entry of this.#entries.values()) {
      const { producer } = entry;
      if (producer === undefined) continue;
      const paused = serverPaused.get(producer.id);
      if (paused === undefined) {
        producer.close();
        entry.producer = undefined;
        await this.#produce(entry);
      } else {
        entry.serverPaused = paused;
        await this.#bringLevel(entry);
      }
    }
  }

  /** What is muted, exchanged or taken back is so everywhere at once. */
  #endEarlier(source: MediaSource): void {
    this.#earlier.get(source)?.close();
    this.#earlier.delete(source);
  }

  async #produce(entry: Entry): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined || transport.closed || entry.track.readyState === 'ended') return;
    const options = this.#optionsOf(entry);
    const serverPaused = entry.paused;
    const producer = await transport.produce(options);
    if (this.#transport !== transport) {
      producer.close();
      return;
    }
    if (this.#entries.get(entry.options.source) !== entry) {
      // Unpublished while it was set up.
      producer.close();
      await this.#request('updateProducers', { items: [{ producerId: producer.id, closed: true }] });
      return;
    }
    entry.producer = producer;
    entry.serverPaused = serverPaused;
    if (producer.track !== entry.track) await producer.replaceTrack({ track: entry.track });
    await this.#bringLevel(entry);
    this.#changed();
  }

  /** Makes the browser's producer and the node's what the entry says. */
  async #bringLevel(entry: Entry): Promise<void> {
    const { producer, paused } = entry;
    if (producer === undefined || producer.closed) return;
    if (paused && !producer.paused) producer.pause();
    if (!paused && producer.paused) producer.resume();
    if (entry.serverPaused === paused) return;
    entry.serverPaused = paused;
    await this.#request('updateProducers', { items: [{ producerId: producer.id, paused }] });
  }

  #optionsOf({ options, track, paused }: Entry): ProducerOptions {
    const shared = {
      track,
      // Tracks belong to the caller. While paused nothing is sent, not even silence.
      stopTracks: false,
      disableTrackOnPause: false,
      zeroRtpOnPause: true,
      appData: { source: options.source, paused },
    };
    if (track.kind === 'audio') {
      const isVoice = options.source === 'microphone';
      return { ...shared, codecOptions: { opusStereo: !isVoice, opusDtx: isVoice, opusFec: true } };
    }
    const codec = options.codec ?? 'vp8';
    const capability = this.#device?.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === `video/${codec}`,
    );
    if (capability === undefined) {
      throw new ParleyError('MediaRefused', { detail: `this browser and meeting have no ${codec} in common` });
    }
    const capture = captureOf(track);
    const encodings = options.source === 'screen' ? selectScreenEncodings(capture) : selectEncodings(codec, capture);
    return { ...shared, codec: capability, encodings, codecOptions: { videoGoogleStartBitrate: 1000 } };
  }
}
