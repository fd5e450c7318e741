import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * The runtime's metrics, in the registry that it was given. Names and meanings are controller-runtime's and client-go's
 * where they have one, so that their dashboards and alerts work; the others begin with `parley_kube_`.
 */
export interface KubeMetrics {
  readonly reconcileTotal: Counter<'controller' | 'result'>;
  readonly reconcileErrors: Counter<'controller'>;
  readonly terminalReconcileErrors: Counter<'controller'>;
  readonly reconcilePanics: Counter<'controller'>;
  readonly reconcileSeconds: Histogram<'controller'>;
  readonly activeWorkers: Gauge<'controller'>;
  readonly maxConcurrentReconciles: Gauge<'controller'>;
  readonly queueDepth: Gauge<'name' | 'controller'>;
  readonly queueAdds: Counter<'name' | 'controller'>;
  readonly queueSeconds: Histogram<'name' | 'controller'>;
  readonly workSeconds: Histogram<'name' | 'controller'>;
  readonly unfinishedWorkSeconds: Gauge<'name' | 'controller'>;
  readonly longestRunningSeconds: Gauge<'name' | 'controller'>;
  readonly queueRetries: Counter<'name' | 'controller'>;
  readonly requests: Counter<'code' | 'method' | 'host'>;
  readonly rateLimiterSeconds: Histogram<'verb' | 'host'>;
  readonly leading: Gauge<'name'>;
  readonly lastEventAgeSeconds: Gauge<'reflector'>;
  readonly cachedObjects: Gauge<'reflector'>;
  readonly lists: Counter<'reflector'>;
  readonly watches: Counter<'reflector'>;
  readonly watchFailures: Counter<'reflector' | 'reason'>;
  readonly unreadableObjects: Counter<'reflector'>;
  readonly events: Counter<'outcome'>;
  /** Calls `update` before each scrape; the returned function ends that. */
  beforeScrape(update: () => void): () => void;
}

const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
/** controller-runtime's: 1 ns, times ten, up to 1000 s. */
const QUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];
const LIMITER_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

export function createKubeMetrics(registry: Registry): KubeMetrics {
  const updates = new Set<() => void>();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = <L extends string>(spec: HistogramSpec<L>): Histogram<L> => new Histogram({ ...spec, registers });

  const controller = ['controller'] as const;
  const queue = ['name', 'controller'] as const;
  const reflector = ['reflector'] as const;
  const queueDepth = new Gauge({
    name: 'workqueue_depth',
    help: 'Current depth of workqueue',
    labelNames: queue,
    registers,
    // Runs before the values are read, and the first gauge that a scrape meets updates all.
    collect: () => {
      for (const update of updates) update();
    },
  });

  return {
    queueDepth,
    reconcileTotal: counter('controller_runtime_reconcile_total', 'Total number of reconciliations per controller', [
      'controller',
      'result',
    ]),
    reconcileErrors: counter(
      'controller_runtime_reconcile_errors_total',
      'Total number of reconciliation errors per controller',
      controller,
    ),
    terminalReconcileErrors: counter(
      'controller_runtime_terminal_reconcile_errors_total',
      'Total number of terminal reconciliation errors per controller',
      controller,
    ),
    reconcilePanics: counter(
      'controller_runtime_reconcile_panics_total',
      'Total number of reconciliations per controller that ended with what is no Error',
      controller,
    ),
    reconcileSeconds: histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of time per reconciliation per controller',
      labelNames: controller,
      buckets: RECONCILE_BUCKETS,
    }),
    activeWorkers: gauge(
      'controller_runtime_active_workers',
      'Number of currently used workers per controller',
      controller,
    ),
    maxConcurrentReconciles: gauge(
      'controller_runtime_max_concurrent_reconciles',
      'Maximum number of concurrent reconciles per controller',
      controller,
    ),
    queueAdds: counter('workqueue_adds_total', 'Total number of adds handled by workqueue', queue),
    queueSeconds: histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long in seconds an item stays in workqueue before being requested',
      labelNames: queue,
      buckets: QUEUE_BUCKETS,
    }),
    workSeconds: histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long in seconds processing an item from workqueue takes',
      labelNames: queue,
      buckets: QUEUE_BUCKETS,
    }),
    unfinishedWorkSeconds: gauge(
      'workqueue_unfinished_work_seconds',
      'How many seconds of work is in progress and not yet observed by work_duration',
      queue,
    ),
    longestRunningSeconds: gauge(
      'workqueue_longest_running_processor_seconds',
      'How many seconds the longest running processor for workqueue has been running',
      queue,
    ),
    queueRetries: counter('workqueue_retries_total', 'Total number of retries handled by workqueue', queue),
    requests: counter('rest_client_requests_total', 'Number of HTTP requests, by status code, method and host', [
      'code',
      'method',
      'host',
    ]),
    rateLimiterSeconds: histogram({
      name: 'rest_client_rate_limiter_duration_seconds',
      help: 'Client side rate limiter latency in seconds, by verb and host',
      labelNames: ['verb', 'host'],
      buckets: LIMITER_BUCKETS,
    }),
    leading: gauge('leader_election_master_status', 'Whether this process leads (1) or not (0)', ['name']),
    lastEventAgeSeconds: gauge(
      'parley_kube_last_event_age_seconds',
      'Time since the API server last said anything on this watch; bookmarks count',
      reflector,
    ),
    cachedObjects: gauge('parley_kube_cached_objects', 'Objects in the cache', reflector),
    lists: counter('parley_kube_lists_total', 'Complete lists', reflector),
    watches: counter('parley_kube_watches_total', 'Watches begun', reflector),
    watchFailures: counter('parley_kube_watch_failures_total', 'Lists and watches that failed, by reason', [
      'reflector',
      'reason',
    ]),
    unreadableObjects: counter(
      'parley_kube_unreadable_objects_total',
      'Objects from the API server that did not parse; their last readable version is kept',
      reflector,
    ),
    events: counter('parley_kube_events_total', 'Events by what became of them', ['outcome']),
    beforeScrape: (update) => {
      updates.add(update);
      return () => {
        updates.delete(update);
      };
    },
  };
}

interface HistogramSpec<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  readonly buckets: number[];
}
