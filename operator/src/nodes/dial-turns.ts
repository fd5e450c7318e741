/**
 * A new leader dials every node at once, and would take its own slowness for theirs: each handshake costs milliseconds. So many are on
 * their way at a time; one that takes long gives up its turn, and holds up no other.
 */
import type { Clock } from '../kube/clock.js';
import { createFifo } from '../kube/fifo.js';

export interface DialTurns {
  /** Resolves when it is our turn, with what gives it back; also when `signal` aborts. */
  take(signal: AbortSignal): Promise<() => void>;
}

export interface DialTurnsInit {
  readonly atOnce: number;
  /** The longest turn. */
  readonly turnMs: number;
  readonly clock: Pick<Clock, 'after'>;
}

export function createDialTurns({ atOnce, turnMs, clock }: DialTurnsInit): DialTurns {
  const waiting = createFifo<() => void>();
  let taken = 0;

  const begin = (): (() => void) => {
    taken += 1;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      cancel();
      taken -= 1;
      while (taken < atOnce && waiting.length > 0) waiting.shift()?.();
    };
    const cancel = clock.after(turnMs, end);
    return end;
  };

  return {
    take: async (signal) => {
      if (taken < atOnce || signal.aborted) return begin();
      return new Promise((resolve) => {
        let begun = false;
        const start = (): void => {
          if (begun) return;
          begun = true;
          signal.removeEventListener('abort', start);
          resolve(begin());
        };
        waiting.push(start);
        signal.addEventListener('abort', start, { once: true });
      });
    },
  };
}
