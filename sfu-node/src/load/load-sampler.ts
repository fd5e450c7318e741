/** Measures this process every half second; reports and metrics read the latest sample, however many ask. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from '@parley/process/log.js';
import { summarizeWorkers } from '../core/load/summarize-workers.js';
import type { LiveWorker } from '../workers/live-worker.js';
import { createDatagramRates, type PacketRates } from './datagram-rates.js';
import { createTransportRates, type ByteRates } from './transport-rates.js';
import { createWorkerCpuMeter } from './worker-cpu.js';

export interface LoadSample extends ByteRates, PacketRates {
  readonly workerCpuMax: number;
  readonly workerCpuMean: number;
  /** By worker index. */
  readonly workerCpu: ReadonlyMap<number, number>;
  /** The 99th percentile since the last sample. */
  readonly eventLoopLagMs: number;
}

const tickMs = 500;
const resolutionMs = 10;
const nanosecondsPerMs = 1e6;

const idleSample: LoadSample = {
  egressBytesPerSecond: 0,
  ingressBytesPerSecond: 0,
  egressPacketsPerSecond: 0,
  ingressPacketsPerSecond: 0,
  workerCpuMax: 0,
  workerCpuMean: 0,
  workerCpu: new Map(),
  eventLoopLagMs: 0,
};

export class LoadSampler {
  readonly #workers: () => readonly LiveWorker[];
  readonly #log: Logger;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #transports = createTransportRates();
  readonly #cpu = createWorkerCpuMeter();
  readonly #datagrams = createDatagramRates();
  readonly #timer: NodeJS.Timeout;
  #latest = idleSample;
  #sampling = false;

  constructor(workers: () => readonly LiveWorker[], log: Logger) {
    this.#workers = workers;
    this.#log = log;
    this.#delay.enable();
    this.#timer = setInterval(() => void this.#tick(), tickMs);
  }

  get latest(): LoadSample {
    return this.#latest;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  async #tick(): Promise<void> {
    if (this.#sampling) return;
    this.#sampling = true;
    try {
      this.#latest = await this.#sample();
    } catch (error) {
      this.#log.warn({ err: error }, 'load could not be sampled');
    } finally {
      this.#sampling = false;
    }
  }

  async #sample(): Promise<LoadSample> {
    const workers = this.#workers();
    const nowMs = performance.now();
    // The histogram holds the time between two timers, which is the resolution when nothing lags.
    const eventLoopLagMs = Math.max(0, this.#delay.percentile(99) / nanosecondsPerMs - resolutionMs);
    this.#delay.reset();
    const [bytes, packets, workerCpu] = await Promise.all([
      this.#transports.sample(workers),
      this.#datagrams.sample(nowMs),
      this.#cpu.sample(workers, nowMs),
    ]);
    const { max, mean } = summarizeWorkers([...workerCpu.values()]);
    return { ...bytes, ...packets, workerCpu, workerCpuMax: max, workerCpuMean: mean, eventLoopLagMs };
  }
}
