import { createFifo } from './fifo.js';
import { KubeError } from './kube-error.js';

/**
 * So many requests at once. What an API server has more of makes it no faster, and everything slower: also the renewal of a lease, which
 * does not wait here.
 */
export interface InFlight {
  /** In the order of asking. Throws KubeError `Aborted` when `signal` aborts before its turn. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createInFlight(most: number): InFlight {
  const waiting = createFifo<() => void>();
  let running = 0;

  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', giveUp);
        if (signal.aborted) leave();
        else resolve();
      };
      const giveUp = (): void => reject(new KubeError('Aborted', 'the caller gave up while waiting for its turn'));
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push(begin);
    });
  /** Whoever is next takes our place. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return {
    run: async (work, signal) => {
      if (signal.aborted) throw new KubeError('Aborted', 'the caller gave up');
      if (running < most) running += 1;
      else await turn(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
