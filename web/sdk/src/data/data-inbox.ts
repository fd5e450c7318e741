/** What others send as data, over as many channels as bring it: each message once, in its sender's order. */
import type { Clock } from '../clock.js';
import { giveUpMissing, nothingYet, takeMessage, type InOrder, type Taken } from '../core/data/in-order.js';
import { parseNumbered, type Payload } from '../core/data/numbered.js';

export interface DataOrigin {
  readonly participantId: string;
  readonly label: string;
}

export interface DataMessage extends DataOrigin {
  readonly payload: Payload;
}

export interface DataChannel {
  received(message: Payload): void;
  close(): void;
}

interface Stream {
  readonly origin: DataOrigin;
  state: InOrder<Payload>;
  channels: number;
  cancelWait: (() => void) | undefined;
}

/** Both channels of one who moves bring a message within this, or it is lost. */
const missingWithinMs = 1_000;

export class DataInbox {
  readonly #clock: Clock;
  readonly #deliver: (message: DataMessage) => void;
  readonly #streams = new Map<string, Stream>();

  constructor(clock: Clock, deliver: (message: DataMessage) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Its messages are numbered. */
  open(origin: DataOrigin): DataChannel {
    const key = `${origin.participantId}/${origin.label}`;
    const stream = this.#streams.get(key) ?? { origin, state: nothingYet, channels: 0, cancelWait: undefined };
    this.#streams.set(key, stream);
    stream.channels += 1;
    let closed = false;
    return {
      received: (message) => {
        const numbered = closed ? undefined : parseNumbered(message);
        if (numbered === undefined) return;
        const { number, payload } = numbered;
        this.#take(stream, takeMessage(stream.state, { number, message: payload, alone: stream.channels === 1 }));
      },
      close: () => {
        if (closed) return;
        closed = true;
        stream.channels -= 1;
        if (stream.channels <= 1) this.#take(stream, giveUpMissing(stream.state));
        if (stream.channels === 0) this.#streams.delete(key);
      },
    };
  }

  #take(stream: Stream, { state, deliver }: Taken<Payload>): void {
    stream.state = state;
    if (deliver.length > 0 || state.early.size === 0) {
      stream.cancelWait?.();
      stream.cancelWait = undefined;
    }
    if (state.early.size > 0)
      stream.cancelWait ??= this.#clock.after(missingWithinMs, () => {
        stream.cancelWait = undefined;
        this.#take(stream, giveUpMissing(stream.state));
      });
    for (const payload of deliver) this.#deliver({ ...stream.origin, payload });
  }
}
