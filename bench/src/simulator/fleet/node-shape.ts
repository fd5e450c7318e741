/** What one node can do, the same for every policy: one media worker on one core. */
import { PACKETS_PER_WORKER_SECOND } from '@parley/operator/core/load/capacity.js';
import type { NodeCapacity } from '@parley/operator/core/load/load.js';

/** Above this part of its core a node is hot: packets begin to wait. Where it lies was measured (docs/capacity-planning.md). */
export const HOT_CPU = 0.8;
export const PACKETS_PER_SECOND_OF_CORE: number = PACKETS_PER_WORKER_SECOND / HOT_CPU;

/** How long a new node takes until it serves: a pod on a host that is there. */
export const START_UP_MS = 45_000;
/** Of one node between failures. */
export const MEAN_TIME_BETWEEN_FAILURES_MS: number = 30 * 24 * 3_600_000;

/** What its SFUPool says of it, in `spec.capacity`: packets are what was measured, so they are the limit. */
export const NODE_CAPACITY: NodeCapacity = {
  participants: 200,
  consumers: 10_000,
  packetsPerSecond: PACKETS_PER_WORKER_SECOND,
  bytesPerSecond: Infinity,
};
