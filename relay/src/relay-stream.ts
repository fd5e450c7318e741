/** One control stream of a relay, dialed or listened to: what goes out, pings, and an end that comes once. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { RelayMessageSchema } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { createMessageQueue, type MessageQueue } from '@parley/proto/message-queue.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RelayMessageBody } from './core/relay/relay-state.js';
import type { EndReason } from './relay-metrics.js';
import type { RelayTiming } from './relay-timing.js';

export type RelayMessageInit = MessageInitShape<typeof RelayMessageSchema>;

/** Messages that may wait; more means that the peer doesn't read: the stream is broken, and the next one says everything anew. */
const maxQueued = 10_000;
/** What is only of interest now is left out when so many wait. */
const maxQueuedBeforeDropping = 200;

export class RelayStream {
  readonly outgoing: MessageQueue<RelayMessageInit> = createMessageQueue<RelayMessageInit>(maxQueued);
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #onEnd: (reason: EndReason) => void;
  readonly #pings: NodeJS.Timeout;
  readonly #silence: NodeJS.Timeout;
  #ended: EndReason | undefined;

  constructor(timing: RelayTiming, onEnd: (reason: EndReason) => void) {
    this.signal = this.#abort.signal;
    this.#onEnd = onEnd;
    this.#pings = setInterval(() => this.send({ case: 'ping', value: {} }), timing.pingMs);
    this.#silence = setTimeout(() => this.end('Silent'), timing.silenceMs);
  }

  /** Why it ended; undefined while it stands. */
  get endReason(): EndReason | undefined {
    return this.#ended;
  }

  send(message: RelayMessageBody): void {
    if (!this.outgoing.push({ message })) this.end('Overflow');
  }

  /** For what may get lost: levels and scores. */
  offer(message: RelayMessageBody): void {
    if (this.outgoing.length < maxQueuedBeforeDropping) this.send(message);
  }

  /** Something came in. */
  heard(): void {
    this.#silence.refresh();
  }

  end(reason: EndReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearInterval(this.#pings);
    clearTimeout(this.#silence);
    this.outgoing.end(reason === 'Closed' ? undefined : new RpcError('ABORTED', reason));
    this.#abort.abort();
    this.#onEnd(reason);
  }
}
