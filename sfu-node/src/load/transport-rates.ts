/**
 * Bytes a second over all transports, cheaply. Asking each of thousands of transports for its stats in every interval would
 * cost more than some of the media. So each tick asks only the next few of each worker, in turn; the worker keeps the
 * rate itself (over its last seconds), and each transport counts with its latest answer until it is asked again.
 */
import type { types } from 'mediasoup';
import type { LiveWorker } from '../workers/live-worker.js';

export interface ByteRates {
  readonly egressBytesPerSecond: number;
  readonly ingressBytesPerSecond: number;
}

export interface TransportRates {
  /** Asks the next transports of each worker; then the sums over all. */
  sample(workers: readonly LiveWorker[]): Promise<ByteRates>;
}

/** Of each worker at each tick. */
const transportsPerTick = 50;
const bitsPerByte = 8;

interface Rate {
  readonly egress: number;
  readonly ingress: number;
}

interface StatsSource {
  getStats(): Promise<types.BaseTransportStats[]>;
}

export function createTransportRates(): TransportRates {
  const rates = new WeakMap<types.Transport, Rate>();
  const iterators = new WeakMap<LiveWorker, Iterator<types.Transport>>();

  /** A Set's iterator goes on over what was added and skips what was deleted: each gets its turn. */
  const next = (live: LiveWorker): types.Transport[] => {
    const chosen: types.Transport[] = [];
    let iterator = iterators.get(live) ?? live.transports.values();
    while (chosen.length < Math.min(transportsPerTick, live.transports.size)) {
      const step = iterator.next();
      if (step.done === true) iterator = live.transports.values();
      else chosen.push(step.value);
    }
    iterators.set(live, iterator);
    return chosen;
  };
  const ask = async (transport: types.Transport): Promise<void> => {
    try {
      const [stats] = await (transport as unknown as StatsSource).getStats();
      if (stats === undefined) return;
      rates.set(transport, { egress: stats.sendBitrate / bitsPerByte, ingress: stats.recvBitrate / bitsPerByte });
    } catch {
      // Closed while it was asked.
    }
  };

  return {
    async sample(workers): Promise<ByteRates> {
      await Promise.all(workers.flatMap((live) => next(live).map(ask)));
      let [egressBytesPerSecond, ingressBytesPerSecond] = [0, 0];
      for (const live of workers) {
        for (const transport of live.transports) {
          const rate = rates.get(transport);
          egressBytesPerSecond += rate?.egress ?? 0;
          ingressBytesPerSecond += rate?.ingress ?? 0;
        }
      }
      return { egressBytesPerSecond, ingressBytesPerSecond };
    },
  };
}
