/** Each worker's share of a core, from what its process used since the last time. */
import { ratePerSecond, type CounterReading } from '../core/load/counter-rate.js';
import type { LiveWorker } from '../workers/live-worker.js';

export interface WorkerCpuMeter {
  /** By worker index, 0 to 1. A worker that doesn't answer in time counts as busy. */
  sample(workers: readonly LiveWorker[], nowMs: number): Promise<ReadonlyMap<number, number>>;
}

const answerMs = 400;
const millisecondsPerSecond = 1_000;

export function createWorkerCpuMeter(): WorkerCpuMeter {
  const readings = new WeakMap<LiveWorker, CounterReading>();

  const ask = async (live: LiveWorker, nowMs: number): Promise<number> => {
    const usage = await inTime(live.worker.getResourceUsage().catch(() => undefined));
    if (usage === undefined) return live.worker.closed ? 0 : 1;
    const reading = { value: usage.ru_utime + usage.ru_stime, atMs: nowMs };
    const share = ratePerSecond(readings.get(live), reading) / millisecondsPerSecond;
    readings.set(live, reading);
    return Math.min(1, share);
  };
  return {
    async sample(workers, nowMs): Promise<ReadonlyMap<number, number>> {
      return new Map(await Promise.all(workers.map(async (live) => [live.index, await ask(live, nowMs)] as const)));
    },
  };
}

function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), answerMs);
    void answer.then((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
