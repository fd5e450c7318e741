/** A bounded queue of outgoing messages, read as an async iterable: what a stream handler pushes to and the wire drains. */
export interface MessageQueue<T> extends AsyncIterable<T> {
  /** False when the queue is full or ended. A full queue fails the stream: the reader learns that it missed something. */
  push(message: T): boolean;
  /** Ends the iteration after what is queued; with an error, at once. */
  end(error?: Error): void;
  readonly length: number;
}

export class QueueOverflowError extends Error {
  override readonly name = 'QueueOverflowError';
}

/** @param limit messages that may wait; one more ends the queue with a QueueOverflowError. */
export function createMessageQueue<T>(limit: number): MessageQueue<T> {
  let waiting: T[] = [];
  let head = 0;
  let ended = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;

  const length = (): number => waiting.length - head;
  const end = (error?: Error): void => {
    if (ended) return;
    ended = true;
    failure = error;
    if (error !== undefined) {
      waiting = [];
      head = 0;
    }
    wake?.();
  };
  const shift = (): T => {
    const message = waiting[head] as T;
    head += 1;
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
    return message;
  };

  return {
    push(message): boolean {
      if (ended) return false;
      if (length() >= limit) {
        end(new QueueOverflowError(`the reader fell ${String(limit)} messages behind`));
        return false;
      }
      waiting.push(message);
      wake?.();
      return true;
    },
    end,
    get length(): number {
      return length();
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<T> {
      try {
        for (;;) {
          while (length() > 0) yield shift();
          if (failure !== undefined) throw failure;
          if (ended) return;
          await new Promise<void>((resolve) => (wake = resolve));
          wake = undefined;
        }
      } finally {
        ended = true;
        waiting = [];
        head = 0;
      }
    },
  };
}
