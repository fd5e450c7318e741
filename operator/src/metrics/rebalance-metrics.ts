import { Counter, Gauge, type Registry } from 'prom-client';

/** Moved: those who were asked have left the node. NoRoom: no other node has room for them. GivenUp: they did not go in time. */
export type ReliefOutcome = 'Moved' | 'NoRoom' | 'GivenUp';

/** How nodes that carry too much are relieved. */
export interface RebalanceMetrics {
  readonly crowded: Gauge;
  readonly reliefs: Counter<'outcome'>;
}

const OUTCOMES: readonly ReliefOutcome[] = ['Moved', 'NoRoom', 'GivenUp'];

export function createRebalanceMetrics(registry: Registry): RebalanceMetrics {
  const registers = [registry];
  const metrics: RebalanceMetrics = {
    crowded: new Gauge({
      name: 'parley_operator_crowded_nodes',
      help: 'Nodes that carry too much, or are being relieved',
      registers,
    }),
    reliefs: new Counter({
      name: 'parley_operator_reliefs_total',
      help: 'Times that people of a meeting were to leave a node that carries too much, by what came of it',
      labelNames: ['outcome'],
      registers,
    }),
  };
  for (const outcome of OUTCOMES) metrics.reliefs.inc({ outcome }, 0);
  return metrics;
}
