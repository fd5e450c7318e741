import { Gauge, Histogram, type Registry } from 'prom-client';
import type { DrainOutcome } from '../core/pool/drain-outcomes.js';
import type { DrainPhase } from '../core/pool/world.js';

/** How nodes are emptied. */
export interface DrainMetrics {
  readonly drains: Gauge<'phase'>;
  /** Its count tells how many ended so. */
  readonly drainSeconds: Histogram<'outcome'>;
}

export const DRAIN_PHASES: readonly DrainPhase[] = ['Draining', 'Migrating', 'Drained'];
const OUTCOMES: readonly DrainOutcome[] = ['Drained', 'DeadlineExceeded', 'Cancelled', 'Lost'];

export function createDrainMetrics(registry: Registry): DrainMetrics {
  const registers = [registry];
  const metrics: DrainMetrics = {
    drains: new Gauge({
      name: 'parley_operator_drains',
      help: 'Nodes that are being emptied, by how far that is',
      labelNames: ['phase'],
      registers,
    }),
    drainSeconds: new Histogram({
      name: 'parley_operator_drain_seconds',
      help: 'How long drains took, by how they ended: everybody had moved, the deadline cut it short, it was called off, or the node was lost',
      labelNames: ['outcome'],
      buckets: [5, 10, 20, 30, 60, 120, 300, 600, 1_200, 3_600],
      registers,
    }),
  };
  for (const phase of DRAIN_PHASES) metrics.drains.set({ phase }, 0);
  for (const outcome of OUTCOMES) metrics.drainSeconds.zero({ outcome });
  return metrics;
}
