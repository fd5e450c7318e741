import { PLACEMENT_REASONS, REFUSAL_REASONS, SIGNAL_REASONS } from '@parley/crds/reasons.js';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the operator decides and does; the runtime's own metrics stand in kube/metrics.ts. */
export interface OperatorMetrics {
  readonly meetings: Gauge<'phase'>;
  readonly nodes: Gauge<'contact'>;
  readonly participants: Gauge;
  readonly watchers: Gauge;
  readonly placements: Counter<'reason'>;
  readonly refusals: Counter<'reason'>;
  readonly placeSeconds: Histogram;
  readonly topologyChanges: Counter<'reason'>;
  readonly applies: Counter<'outcome'>;
  readonly applySeconds: Histogram;
  readonly nodeLosses: Counter;
  readonly statusWrites: Counter<'kind' | 'cause'>;
  readonly poolActions: Counter<'action' | 'reason'>;
  readonly poolDesired: Gauge<'namespace' | 'pool'>;
  readonly poolWished: Gauge<'namespace' | 'pool' | 'signal'>;
  readonly poolHeldBack: Gauge<'namespace' | 'pool' | 'reason'>;
  readonly scalingQueries: Counter<'outcome'>;
  readonly turnActions: Counter<'action' | 'reason'>;
  readonly turnServers: Gauge;
  readonly publications: Counter<'outcome'>;
  readonly redisUp: Gauge;
  readonly passcodeHashes: Counter;
}

const CALL_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

export function createOperatorMetrics(registry: Registry): OperatorMetrics {
  const registers = [registry];
  const name = (suffix: string): string => `parley_operator_${suffix}`;
  const metrics: OperatorMetrics = {
    meetings: new Gauge({
      name: name('meetings'),
      help: 'Meetings by phase, as the leader has them in memory',
      labelNames: ['phase'],
      registers,
    }),
    nodes: new Gauge({
      name: name('nodes'),
      help: 'Nodes by whether their load stream is live',
      labelNames: ['contact'],
      registers,
    }),
    participants: new Gauge({ name: name('participants'), help: 'People on all nodes, as reported', registers }),
    watchers: new Gauge({
      name: name('topology_watchers'),
      help: 'Streams by which signaling follows topologies',
      registers,
    }),
    placements: new Counter({
      name: name('placements_total'),
      help: 'Participants and meetings that were given a node, by reason',
      labelNames: ['reason'],
      registers,
    }),
    refusals: new Counter({
      name: name('refusals_total'),
      help: 'Times that there was no place, by reason',
      labelNames: ['reason'],
      registers,
    }),
    placeSeconds: new Histogram({
      name: name('place_seconds'),
      help: 'Time to answer a Place call, in seconds',
      buckets: CALL_BUCKETS,
      registers,
    }),
    topologyChanges: new Counter({
      name: name('topology_changes_total'),
      help: 'Topologies that were decided anew, by reason',
      labelNames: ['reason'],
      registers,
    }),
    applies: new Counter({
      name: name('topology_applies_total'),
      help: 'Topologies told to a node, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    applySeconds: new Histogram({
      name: name('topology_apply_seconds'),
      help: 'Time to tell one node one topology, in seconds',
      buckets: CALL_BUCKETS,
      registers,
    }),
    nodeLosses: new Counter({ name: name('node_losses_total'), help: 'Nodes whose load stream was lost', registers }),
    statusWrites: new Counter({
      name: name('status_writes_total'),
      help: 'Statuses written, by kind of resource, and whether for a change or only for counts',
      labelNames: ['kind', 'cause'],
      registers,
    }),
    poolActions: new Counter({
      name: name('pool_actions_total'),
      help: 'What was done to pools, by action and reason',
      labelNames: ['action', 'reason'],
      registers,
    }),
    poolDesired: new Gauge({
      name: name('pool_desired_nodes'),
      help: 'Nodes that a pool should have',
      labelNames: ['namespace', 'pool'],
      registers,
    }),
    poolWished: new Gauge({
      name: name('pool_wished_nodes'),
      help: 'Nodes that a signal wishes a pool with scaling to have; absent when it has no say',
      labelNames: ['namespace', 'pool', 'signal'],
      registers,
    }),
    poolHeldBack: new Gauge({
      name: name('pool_held_back'),
      help: 'Whether (1) a pool with scaling has not as many nodes as the largest wish, by reason',
      labelNames: ['namespace', 'pool', 'reason'],
      registers,
    }),
    scalingQueries: new Counter({
      name: name('scaling_queries_total'),
      help: 'Prometheus queries asked for scaling, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    turnActions: new Counter({
      name: name('turn_actions_total'),
      help: 'What was done to TURN servers, by action and reason',
      labelNames: ['action', 'reason'],
      registers,
    }),
    turnServers: new Gauge({
      name: name('turn_servers'),
      help: 'TURN servers that signaling is told of',
      registers,
    }),
    publications: new Counter({
      name: name('publications_total'),
      help: 'Topologies written to Redis, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    redisUp: new Gauge({ name: name('redis_up'), help: 'Whether Redis answers (1) or not (0)', registers }),
    passcodeHashes: new Counter({ name: name('passcode_hashes_total'), help: 'Passcodes hashed', registers }),
  };
  startAtZero(metrics);
  return metrics;
}

/** A series that is not there yet cannot be alerted on. */
function startAtZero(metrics: OperatorMetrics): void {
  for (const reason of Object.keys(PLACEMENT_REASONS)) metrics.placements.inc({ reason }, 0);
  for (const reason of Object.keys(REFUSAL_REASONS)) metrics.refusals.inc({ reason }, 0);
  for (const outcome of Object.keys(SIGNAL_REASONS).filter((reason) => reason.startsWith('Query')))
    metrics.scalingQueries.inc({ outcome }, 0);
  for (const outcome of ['Applied', 'Superseded']) metrics.applies.inc({ outcome }, 0);
  for (const outcome of ['Written', 'Failed']) metrics.publications.inc({ outcome }, 0);
  for (const kind of ['Meeting', 'SFUPool'])
    for (const cause of ['Change', 'Counts']) metrics.statusWrites.inc({ kind, cause }, 0);
}
