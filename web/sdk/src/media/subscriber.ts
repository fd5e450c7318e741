/** What this participant receives: consumers kept level with what is wanted, in as few messages as possible. */
import type { ErrorCode } from '@parley/signaling/protocol/error-codes.js';
import type { Consumer as ConsumerOptions, ConsumeOutcome } from '@parley/signaling/protocol/responses.js';
import type { Consumer, DataConsumer, RtpParameters, Transport } from 'mediasoup-client/types';
import type { Clock } from '../clock.js';
import { ladderOf } from '../core/layers/ladder-of.js';
import { selectLayers, type VideoHint } from '../core/layers/select-layers.js';
import {
  planSubscription,
  type Delivery,
  type PlannedUpdate,
  type WantedMedia,
} from '../core/subscription/plan-subscription.js';
import { ParleyError } from '../parley-error.js';
import type { SendRequest } from './media-transports.js';

/** One thing that is received. */
export interface Reception {
  readonly options: ConsumerOptions;
  /** Who sends it. */
  readonly participantId: string;
  readonly consumer: Consumer | DataConsumer;
}

export interface SubscriberHandlers {
  opened(reception: Reception): void;
  closed(reception: Reception): void;
  /** The browser refuses something that is sent. */
  failed(error: unknown): void;
}

export interface SubscriberPorts {
  /** Fails when the socket is lost: what was asked for is then made level by resumed(). */
  readonly request: SendRequest;
  readonly clock: Clock;
  /** The participant of a producer; undefined when the roster does not know it. */
  senderOf(producerId: string): string | undefined;
  /** Resolves when something of it has arrived, and in any case after a while. */
  arrived(reception: Reception): Promise<void>;
}

interface Entry extends Reception {
  asked: Delivery;
}

/** The first change travels at once; what changes within this time of it travels together. */
const coalesceMs = 30;
const retryMs = 1_000;
/** What is replaced goes so long after what replaces it has arrived: whoever shows it has changed over by then. */
const takeOverMs = 500;
const batchLimit = 200;
const full: Delivery = { kind: 'Full' };
const paused: Delivery = { kind: 'Paused' };

export class Subscriber {
  readonly #ports: SubscriberPorts;
  readonly #handlers: SubscriberHandlers;
  /** By producer. */
  readonly #entries = new Map<string, Entry>();
  /** Go on until others have taken their place. */
  readonly #superseded = new Set<Entry>();
  readonly #hints = new Map<string, VideoHint>();
  /** Producers not to be asked for now; refused for good are never taken out while they last. */
  readonly #held = new Set<string>();
  readonly #timers = new Set<() => void>();
  #wanted: ReadonlySet<string> = new Set();
  #transport: Transport | undefined;
  #scheduled = false;
  #reconciledAtMs = Number.NEGATIVE_INFINITY;
  #reconciling = false;

  constructor(ports: SubscriberPorts, handlers: SubscriberHandlers) {
    this.#ports = ports;
    this.#handlers = handlers;
  }

  get receptions(): Reception[] {
    return [...this.#entries.values()];
  }

  /** Receives on this transport from now on; `outcomes` are what the server has made on it already. */
  async attach(transport: Transport, outcomes: readonly ConsumeOutcome[]): Promise<void> {
    this.#dropAll();
    this.#held.clear();
    this.#transport = transport;
    await this.#open(outcomes);
  }

  /** One that wants the same on other transports. This one asks for nothing any more; what it receives goes on until it is closed. */
  succeed(): Subscriber {
    const next = new Subscriber(this.#ports, this.#handlers);
    next.#wanted = this.#wanted;
    for (const [producerId, hint] of this.#hints) next.#hints.set(producerId, hint);
    this.#transport = undefined;
    return next;
  }

  /** Receptions stay; what the server has more or less than this side is made level. */
  async resumed(outcomes: readonly ConsumeOutcome[]): Promise<void> {
    this.#held.clear();
    const onServer = new Map(outcomes.flatMap((o) => ('consumer' in o ? [[o.consumer.id, o.consumer]] : [])));
    const known = new Set([...this.#superseded].map(({ options }) => options.id));
    for (const entry of [...this.#entries.values()]) {
      const consumer = onServer.get(entry.options.id);
      if (consumer === undefined) {
        this.#drop(entry);
        continue;
      }
      known.add(consumer.id);
      // An update may have been lost with the socket: ask for everything anew.
      entry.asked = consumer.paused ? paused : full;
    }
    await this.#open(outcomes.filter((o) => !('consumer' in o) || !known.has(o.consumer.id)));
    this.#schedule();
  }

  setWanted(producerIds: ReadonlySet<string>): void {
    this.#wanted = producerIds;
    for (const id of [...this.#held]) if (!producerIds.has(id)) this.#held.delete(id);
    for (const id of [...this.#hints.keys()]) if (!producerIds.has(id)) this.#hints.delete(id);
    this.#letGo([...this.#superseded].filter(({ options }) => !producerIds.has(options.producerId)));
    this.#schedule();
  }

  setHint(producerId: string, hint: VideoHint): void {
    this.#hints.set(producerId, hint);
    this.#schedule();
  }

  /** What it receives comes by another path soon: asks for it anew, and keeps this one until that has arrived. */
  consumerSuperseded(consumerId: string): void {
    const entry = this.#entryOf(consumerId);
    if (entry === undefined || this.#superseded.has(entry)) return;
    this.#entries.delete(entry.options.producerId);
    this.#superseded.add(entry);
    if (entry.asked.kind === 'Paused') this.#letGo([entry]);
    this.#schedule();
  }

  /** The server closed it. */
  consumerClosed(consumerId: string): void {
    const entry = this.#entryOf(consumerId);
    if (entry === undefined) return;
    const isReplaced = this.#superseded.has(entry);
    this.#drop(entry);
    if (isReplaced) return;
    // Its producer is most likely gone, too; if not, it is asked for again.
    this.#holdFor(entry.options.producerId, retryMs);
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#dropAll();
    this.#transport = undefined;
  }

  #entryOf(consumerId: string): Entry | undefined {
    return [...this.#entries.values(), ...this.#superseded].find(({ options }) => options.id === consumerId);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const { clock } = this.#ports;
    this.#later(Math.max(0, this.#reconciledAtMs + coalesceMs - clock.nowMs()), () => {
      this.#scheduled = false;
      this.#reconciledAtMs = clock.nowMs();
      void this.#reconcile();
    });
  }

  #later(delayMs: number, callback: () => void): void {
    const cancel = this.#ports.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
  }

  async #reconcile(): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined || this.#reconciling) return;
    const plan = planSubscription({
      wanted: [...this.#wanted].map((producerId) => this.#wantedMedia(producerId)),
      consumers: [...this.#entries.values()].map(({ options, asked }) => ({
        consumerId: options.id,
        producerId: options.producerId,
        asked,
      })),
      held: this.#held,
      batchLimit,
    });
    if (plan.consume.length === 0 && plan.updates.length === 0) return;
    this.#reconciling = true;
    try {
      await Promise.all([this.#consume(plan.consume), this.#update(plan.updates)]);
    } catch (error) {
      // A lost socket is followed by resumed(), which begins anew; anything else is tried again.
      if (ParleyError.from(error).code !== 'ConnectionLost') this.#later(retryMs, () => this.#schedule());
      return;
    } finally {
      this.#reconciling = false;
    }
    this.#schedule();
  }

  #wantedMedia(producerId: string): WantedMedia {
    const hint = this.#hints.get(producerId);
    if (hint === undefined) return { producerId, delivery: full };
    const mode = this.#entries.get(producerId)?.options.rtpParameters?.encodings?.[0]?.scalabilityMode;
    return { producerId, delivery: selectLayers(hint, ladderOf(mode)) };
  }

  async #consume(producerIds: readonly string[]): Promise<void> {
    if (producerIds.length === 0) return;
    for (const id of producerIds) this.#held.add(id);
    try {
      const { consumers } = await this.#ports.request('consume', {
        items: producerIds.map((producerId) => ({ producerId, paused: true })),
      });
      await this.#open(consumers);
    } catch (error) {
      for (const id of producerIds) this.#held.delete(id);
      throw error;
    }
  }

  /** All in one go: mediasoup-client then negotiates once for them together. */
  async #open(outcomes: readonly ConsumeOutcome[]): Promise<void> {
    const opening: Promise<void>[] = [];
    for (const outcome of outcomes) {
      if ('consumer' in outcome)
        opening.push(this.#openOne(outcome.consumer).catch((error: unknown) => this.#handlers.failed(error)));
      else if (mayComeYet(outcome.error.code)) this.#holdFor(outcome.producerId, retryMs);
      else this.#held.add(outcome.producerId);
    }
    await Promise.all(opening);
  }

  async #openOne(options: ConsumerOptions): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined) return;
    // Held while it is being opened; for good if the browser refuses it.
    this.#held.add(options.producerId);
    const participantId = this.#ports.senderOf(options.producerId) ?? options.participantId;
    const consumer = await receive(transport, options, participantId);
    if (this.#transport !== transport || transport.closed) {
      consumer.close();
      return;
    }
    const entry: Entry = { options, participantId, consumer, asked: options.paused ? paused : full };
    this.#entries.set(options.producerId, entry);
    this.#held.delete(options.producerId);
    this.#handlers.opened(entry);
    this.#takeOver(entry);
  }

  #takeOver(entry: Entry): void {
    const { producerId } = entry.options;
    const replaced = [...this.#superseded].filter(({ options }) => options.producerId === producerId);
    if (replaced.length === 0) return;
    void this.#ports.arrived(entry).then(() => this.#later(takeOverMs, () => this.#letGo(replaced)));
  }

  /** The server closes by itself what this doesn't reach it about. */
  #letGo(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) this.#drop(entry);
    const items = entries.map(({ options }) => ({ consumerId: options.id, closed: true as const }));
    this.#ports.request('updateConsumers', { items }).catch(() => undefined);
  }

  async #update(updates: readonly PlannedUpdate[]): Promise<void> {
    if (updates.length === 0) return;
    const items = updates.map(({ update }) => update);
    const { missingConsumerIds } = await this.#ports.request('updateConsumers', { items });
    const missing = new Set(missingConsumerIds);
    const byConsumer = new Map(updates.map(({ update, delivery }) => [update.consumerId, delivery]));
    for (const entry of [...this.#entries.values()]) {
      if (!byConsumer.has(entry.options.id)) continue;
      const delivery = byConsumer.get(entry.options.id);
      if (delivery === undefined || missing.has(entry.options.id)) this.#drop(entry);
      else entry.asked = delivery;
    }
  }

  #holdFor(producerId: string, delayMs: number): void {
    this.#held.add(producerId);
    this.#later(delayMs, () => {
      this.#held.delete(producerId);
      this.#schedule();
    });
  }

  #dropAll(): void {
    for (const entry of [...this.#entries.values(), ...this.#superseded]) this.#drop(entry);
  }

  #drop(entry: Entry): void {
    if (!this.#superseded.delete(entry)) this.#entries.delete(entry.options.producerId);
    entry.consumer.close();
    this.#handlers.closed(entry);
  }
}

/** As long as the roster has a producer, a node that doesn't know it is only about to: it was entered a moment ago. */
function mayComeYet(code: ErrorCode): boolean {
  return code === 'ProducerNotFound' || new ParleyError(code).retryable;
}

function receive(
  transport: Transport,
  options: ConsumerOptions,
  participantId: string,
): Promise<Consumer | DataConsumer> {
  const { id, producerId, kind, rtpParameters, sctpStreamParameters, source } = options;
  if (kind === 'data') {
    if (sctpStreamParameters === undefined)
      throw new ParleyError('UnexpectedAnswer', { detail: 'data without a stream' });
    return transport.consumeData({
      id,
      dataProducerId: producerId,
      sctpStreamParameters,
      label: options.label ?? source,
      protocol: options.protocol ?? '',
    });
  }
  if (rtpParameters === undefined) throw new ParleyError('UnexpectedAnswer', { detail: 'media without parameters' });
  // Voice and picture of one participant are kept in step; a shared screen is a stream of its own.
  const streamId = source.startsWith('screen') ? `${participantId}-screen` : participantId;
  return transport.consume({ id, producerId, kind, rtpParameters: rtpParameters as RtpParameters, streamId });
}
