import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import { workersOf } from '../pool/workers.js';
import type { NodeCapacity } from './load.js';

/** Of a worker on one core at 80 %, with AES-GCM: measured, see docs/capacity-planning.md. */
export const PACKETS_PER_WORKER_SECOND = 60_000;

/** As given; what is not given is the default for as many workers, or no limit. */
export function capacityOf(spec: Pick<SFUPoolSpec, 'capacity' | 'workers' | 'template'>): NodeCapacity {
  const { participants, consumers, packetsPerSecond, bytesPerSecond } = spec.capacity;
  return {
    participants,
    consumers,
    packetsPerSecond: packetsPerSecond ?? workersOf(spec) * PACKETS_PER_WORKER_SECOND,
    bytesPerSecond: bytesPerSecond ?? Number.POSITIVE_INFINITY,
  };
}
