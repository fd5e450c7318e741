/** The load that this node reports to the operator, and its workers. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LoadSample } from '../load/load-sampler.js';

export interface WorkerMetrics {
  workerDied(): void;
}

type Measure = Exclude<keyof LoadSample, 'workerCpu' | 'workerCpuMax' | 'workerCpuMean'>;

const measures: Readonly<Record<Measure, { readonly name: string; readonly help: string; readonly scale: number }>> = {
  egressBytesPerSecond: {
    name: 'egress_bytes_per_second',
    help: 'Sent over WebRTC and pipe transports, as last sampled.',
    scale: 1,
  },
  ingressBytesPerSecond: {
    name: 'ingress_bytes_per_second',
    help: 'Received over WebRTC and pipe transports, as last sampled.',
    scale: 1,
  },
  egressPacketsPerSecond: {
    name: 'egress_packets_per_second',
    help: "UDP datagrams sent from the node's network namespace.",
    scale: 1,
  },
  ingressPacketsPerSecond: {
    name: 'ingress_packets_per_second',
    help: "UDP datagrams received in the node's network namespace.",
    scale: 1,
  },
  eventLoopLagMs: {
    name: 'event_loop_lag_seconds',
    help: 'The 99th percentile of the lag of the process, over the last half second.',
    scale: 0.001,
  },
};

export interface LoadMetricsSource {
  readonly sample: () => LoadSample;
  readonly liveWorkers: () => number;
}

export function createLoadMetrics(registry: Registry, source: LoadMetricsSource): WorkerMetrics {
  for (const [measure, { name, help, scale }] of Object.entries(measures)) {
    new Gauge({
      name: `parley_node_${name}`,
      help,
      registers: [registry],
      collect(): void {
        this.set(source.sample()[measure as Measure] * scale);
      },
    });
  }
  new Gauge({
    name: 'parley_node_worker_cpu_ratio',
    help: 'The share of one core that a media worker uses, 0 to 1.',
    labelNames: ['worker'],
    registers: [registry],
    collect(): void {
      this.reset();
      for (const [worker, share] of source.sample().workerCpu) this.set({ worker: String(worker) }, share);
    },
  });
  new Gauge({
    name: 'parley_node_workers',
    help: 'Media workers that are alive.',
    registers: [registry],
    collect(): void {
      this.set(source.liveWorkers());
    },
  });
  const deaths = new Counter({
    name: 'parley_node_worker_deaths_total',
    help: 'Media workers that died and were replaced.',
    registers: [registry],
  });
  return { workerDied: () => deaths.inc() };
}
