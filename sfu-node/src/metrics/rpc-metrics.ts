/** Calls that this node serves. */
import { Gauge, Histogram, type Registry } from 'prom-client';

export interface RpcMetrics {
  /** @param code OK, or gRPC's name of the error. */
  unaryEnded(method: string, code: string, seconds: number): void;
  streamOpened(method: string): void;
  streamClosed(method: string): void;
}

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createRpcMetrics(registry: Registry): RpcMetrics {
  const duration = new Histogram({
    name: 'parley_node_rpc_duration_seconds',
    help: 'How long unary calls took, by method and gRPC status code.',
    labelNames: ['method', 'code'],
    buckets,
    registers: [registry],
  });
  const streams = new Gauge({
    name: 'parley_node_rpc_streams',
    help: 'Streams that are open, by method.',
    labelNames: ['method'],
    registers: [registry],
  });
  return {
    unaryEnded: (method, code, seconds) => duration.observe({ method, code }, seconds),
    streamOpened: (method) => streams.inc({ method }),
    streamClosed: (method) => streams.dec({ method }),
  };
}
