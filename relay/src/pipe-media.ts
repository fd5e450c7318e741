/**
 * A relay's media objects on this node's router. Each is made in the order that it was asked for and reported when it is there; what
 * is let go of before it was made is closed as soon as it is.
 */
import { MediaKind, type Producer } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { PipedProducer } from '@parley/proto/gen/parley/v1/relay_pb.js';
import type { Logger } from '@parley/process/log.js';
import type { types } from 'mediasoup';
import { z } from 'zod';
import type { Endpoint, PipedDescription, Ref, RelayInput } from './core/relay/relay-state.js';
import type { Via } from './core/relay/passage.js';
import type { MediaJson } from './media/media-json.js';

export interface PipeMediaOptions {
  readonly router: () => Promise<types.Router>;
  readonly listen: { readonly ip: string; readonly portMin: number; readonly portMax: number };
  readonly mediaJson: MediaJson;
  readonly feed: (input: RelayInput) => void;
  readonly log: Logger;
}

type PipeConsumer = types.Consumer | types.DataConsumer;
type PipeProducer = types.Producer | types.DataProducer;

const socketBufferBytes = 4 * 1024 * 1024;
/** Between two tries to open a pipe; doubles up to `maxReopenDelayMs` while it fails. */
const reopenDelayMs = 250;
const maxReopenDelayMs = 15_000;

const srtpParameters = z.object({
  // The one suite that PipeTransports speak.
  cryptoSuite: z.literal('AEAD_AES_256_GCM'),
  keyBase64: z.base64().max(128),
});

export class PipeMedia {
  readonly #options: PipeMediaOptions;
  readonly #pipes = new Map<Ref, Promise<types.PipeTransport>>();
  readonly #outs = new Map<Ref, Promise<PipeConsumer>>();
  readonly #ins = new Map<Ref, Promise<PipeProducer>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #failures = 0;

  constructor(options: PipeMediaOptions) {
    this.#options = options;
  }

  get counts(): { readonly pipes: number; readonly outgoing: number; readonly incoming: number } {
    return { pipes: this.#pipes.size, outgoing: this.#outs.size, incoming: this.#ins.size };
  }

  openPipe(ref: Ref): void {
    this.#make(this.#pipes, ref, {
      made: this.#createTransport(),
      report: (transport) => this.#options.feed({ kind: 'PipeOpened', ref, endpoint: endpointOf(transport) }),
      fail: () => this.#failLater(ref),
    });
  }

  bindPipe(ref: Ref, to: Endpoint): void {
    const pipe = this.#pipes.get(ref);
    if (pipe === undefined) return;
    const connect = async (): Promise<void> => {
      const transport = await pipe;
      const srtp = srtpParameters.parse(JSON.parse(to.srtpParametersJson));
      await transport.connect({ ip: to.ip, port: to.port, srtpParameters: srtp });
      this.#failures = 0;
    };
    connect().catch((error: unknown) => {
      if (!this.#pipes.has(ref)) return;
      this.#options.log.warn({ err: error }, 'pipe could not be connected');
      this.#failLater(ref);
    });
  }

  closePipe(ref: Ref): void {
    letGo(this.#pipes, ref);
  }

  pipeOut(what: { ref: Ref; pipe: Ref; producer: Producer; source: string; paused: boolean; via: Via }): void {
    const { ref, producer, via } = what;
    this.#make(this.#outs, ref, {
      made: this.#consume(what),
      report: (consumer) =>
        this.#options.feed({ kind: 'OutOpened', ref, producerId: producer.id, piped: { ...describe(consumer), via } }),
      fail: (reason) => this.#options.feed({ kind: 'OutFailed', ref, producerId: producer.id, reason }),
    });
  }

  pauseOut(ref: Ref, paused: boolean): void {
    this.#setPaused(this.#outs.get(ref), paused);
  }

  closeOut(ref: Ref): void {
    letGo(this.#outs, ref);
  }

  pipeIn(what: { ref: Ref; pipe: Ref; piped: PipedProducer; localId: string; paused: boolean }): void {
    const { ref, piped } = what;
    this.#make(this.#ins, ref, {
      made: this.#produce(what),
      report: () => this.#options.feed({ kind: 'InOpened', ref, producerId: piped.producerId }),
      fail: (reason) => this.#options.feed({ kind: 'InFailed', ref, producerId: piped.producerId, reason }),
    });
  }

  pauseIn(ref: Ref, paused: boolean): void {
    this.#setPaused(this.#ins.get(ref), paused);
  }

  closeIn(ref: Ref): void {
    letGo(this.#ins, ref);
  }

  /** Whether packets have come in for a producer; of one that is paused, or carries data, none need to. */
  async flows(localId: string): Promise<boolean> {
    const made = await Promise.allSettled(this.#ins.values());
    const found = made
      .flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      .find(({ id }) => id === localId);
    if (found === undefined || found.closed) return false;
    if (found.paused || !('rtpParameters' in found)) return true;
    const stats = await found.getStats();
    return stats.some(({ packetCount }) => packetCount > 0);
  }

  /** Of all open pipes; 0 without any. */
  async bytesReceived(): Promise<number> {
    const transports = await Promise.allSettled(this.#pipes.values());
    const stats = await Promise.allSettled(
      transports.flatMap((pipe) => (pipe.status === 'fulfilled' ? [pipe.value.getStats()] : [])),
    );
    const known = stats.flatMap((stat) => (stat.status === 'fulfilled' ? stat.value : []));
    return known.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const ref of [...this.#outs.keys()]) letGo(this.#outs, ref);
    for (const ref of [...this.#ins.keys()]) letGo(this.#ins, ref);
    for (const ref of [...this.#pipes.keys()]) letGo(this.#pipes, ref);
  }

  #make<T extends { close(): void }>(
    map: Map<Ref, Promise<T>>,
    ref: Ref,
    then: { readonly made: Promise<T>; report(made: T): void; fail(reason: string): void },
  ): void {
    map.set(ref, then.made);
    then.made.then(
      (made) => {
        if (map.has(ref)) then.report(made);
      },
      (error: unknown) => {
        if (!map.delete(ref)) return;
        this.#options.log.warn({ err: error }, 'relay media could not be made');
        then.fail('CannotPipe');
      },
    );
  }

  /** So that what fails for long isn't tried in a tight loop. */
  #failLater(ref: Ref): void {
    const delayMs = Math.min(maxReopenDelayMs, reopenDelayMs * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#options.feed({ kind: 'PipeFailed', ref });
    }, delayMs);
    this.#timers.add(timer);
  }

  async #createTransport(): Promise<types.PipeTransport> {
    const { ip, portMin, portMax } = this.#options.listen;
    const router = await this.#options.router();
    return router.createPipeTransport({
      listenInfo: {
        protocol: 'udp',
        ip,
        portRange: { min: portMin, max: portMax },
        sendBufferSize: socketBufferBytes,
        recvBufferSize: socketBufferBytes,
      },
      enableSrtp: true,
      enableRtx: true,
      enableSctp: true,
    });
  }

  async #consume(what: { pipe: Ref; producer: Producer; source: string; paused: boolean }): Promise<PipeConsumer> {
    const transport = await this.#requirePipe(what.pipe);
    const { source } = what;
    if (what.producer.kind === MediaKind.DATA)
      return transport.consumeData({ dataProducerId: source, paused: what.paused });
    const consumer = await transport.consume({ producerId: source });
    if (what.paused) await consumer.pause();
    return consumer;
  }

  async #produce(what: { pipe: Ref; piped: PipedProducer; localId: string; paused: boolean }): Promise<PipeProducer> {
    const transport = await this.#requirePipe(what.pipe);
    const { kind, label, protocol, rtpParametersJson, sctpStreamParametersJson } = what.piped;
    const { localId: id, paused } = what;
    const { mediaJson } = this.#options;
    if (kind === MediaKind.DATA) {
      const parameters = mediaJson.sctpStreamParameters(sctpStreamParametersJson);
      return transport.produceData({ id, label, protocol, paused, sctpStreamParameters: parameters });
    }
    const rtpParameters = mediaJson.rtpParameters(rtpParametersJson);
    return transport.produce({ id, kind: kind === MediaKind.AUDIO ? 'audio' : 'video', rtpParameters, paused });
  }

  #requirePipe(ref: Ref): Promise<types.PipeTransport> {
    return this.#pipes.get(ref) ?? Promise.reject(new Error('the pipe is closed'));
  }

  #setPaused(what: Promise<PipeConsumer | PipeProducer> | undefined, paused: boolean): void {
    what
      ?.then((made) => (made.closed ? undefined : paused ? made.pause() : made.resume()))
      .catch((error: unknown) => this.#options.log.debug({ err: error }, 'pausing came too late'));
  }
}

function letGo<T extends { close(): void }>(map: Map<Ref, Promise<T>>, ref: Ref): void {
  const made = map.get(ref);
  map.delete(ref);
  made?.then(
    (object) => object.close(),
    () => undefined,
  );
}

function endpointOf(transport: types.PipeTransport): Endpoint {
  return {
    pipeId: transport.id,
    ip: transport.tuple.localAddress,
    port: transport.tuple.localPort,
    srtpParametersJson: JSON.stringify(transport.srtpParameters),
  };
}

function describe(consumer: PipeConsumer): Omit<PipedDescription, 'via'> {
  const none = { rtpParametersJson: '', sctpStreamParametersJson: '', label: '', protocol: '' };
  if ('rtpParameters' in consumer) {
    return { ...none, pipedId: consumer.id, rtpParametersJson: JSON.stringify(consumer.rtpParameters) };
  }
  const { id, label, protocol } = consumer;
  const sctpStreamParametersJson = JSON.stringify(consumer.sctpStreamParameters);
  return { ...none, pipedId: id, label, protocol, sctpStreamParametersJson };
}
