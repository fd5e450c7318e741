/** A recorder's one media worker, with its router and the transport that hands packets over. When the worker dies all is made anew. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, type Backoff } from '@parley/process/backoff.js';
import type { Logger } from '@parley/process/log.js';
import { routerCodecs } from '@parley/relay/media/router-codecs.js';
import type { types } from 'mediasoup';

export interface OpenMedia {
  readonly worker: types.Worker;
  readonly router: types.Router;
  readonly transport: types.DirectTransport;
  /** What consumers ask for: no retransmission, as nothing is lost on the way from the worker, and no header extensions. */
  readonly capabilities: types.RtpCapabilities;
}

export interface TapMediaOptions {
  readonly createWorker: () => Promise<types.Worker>;
  /** Everything on the router is gone; another is on its way. */
  readonly onLost: () => void;
  readonly log: Logger;
}

const restart: Backoff = { firstMs: 100, lastMs: 5_000 };

export class TapMedia {
  readonly #options: TapMediaOptions;
  readonly #closing = new AbortController();
  #opening: Promise<OpenMedia>;
  #generation = 1;
  #failures = 0;

  private constructor(options: TapMediaOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  /** @throws Error when the worker does not start: a wrong binary must not look alive. */
  static async start(options: TapMediaOptions): Promise<TapMedia> {
    const media = new TapMedia(options);
    await media.#opening;
    return media;
  }

  /** Grows with each worker. */
  get generation(): number {
    return this.#generation;
  }

  /** Waits while a worker is made. */
  open(): Promise<OpenMedia> {
    return this.#opening;
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#opening.then(
      ({ worker }) => worker.close(),
      () => undefined,
    );
  }

  async #open(): Promise<OpenMedia> {
    const worker = await this.#options.createWorker();
    try {
      const router = await worker.createRouter({ mediaCodecs: routerCodecs });
      const transport = await router.createDirectTransport();
      worker.on('died', (error) => this.#onDied(error));
      if (worker.died) throw new Error('the media worker died as it started');
      return { worker, router, transport, capabilities: plainCapabilities(router.rtpCapabilities) };
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  #onDied(error: Error): void {
    if (this.#closing.signal.aborted) return;
    this.#options.log.error({ err: error, generation: this.#generation }, 'media worker died');
    this.#generation += 1;
    this.#opening = this.#reopen();
    // Whoever asks sees why.
    this.#opening.catch(() => undefined);
    this.#options.onLost();
  }

  async #reopen(): Promise<OpenMedia> {
    for (;;) {
      await sleep(backoffMs(restart, this.#failures, Math.random()), undefined, { signal: this.#closing.signal });
      this.#failures += 1;
      try {
        const opened = await this.#open();
        if (!this.#closing.signal.aborted) return opened;
        opened.worker.close();
      } catch (error) {
        this.#options.log.error({ err: error }, 'media worker could not be started again');
      }
    }
  }
}

function plainCapabilities({ codecs = [] }: types.RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: codecs
      .filter(({ mimeType }) => !mimeType.endsWith('/rtx'))
      .map((codec) => ({
        ...codec,
        rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ parameter }) => parameter === 'pli' || parameter === 'fir'),
      })),
    headerExtensions: [],
  };
}
