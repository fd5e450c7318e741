/** One term of leadership: everything that decides and acts lives in it, and ends with it. */
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import type { CertificateIssuer } from '../certificates/issuer.js';
import { createKeeperReconciler, KEEPER_KEY } from '../certificates/keeper.js';
import type { OperatorConfig } from '../config.js';
import type { ObjectWriter } from '../kube/apply.js';
import { pause, type Clock } from '../kube/clock.js';
import { createControllerLoop, type ControllerLoop, type ControllerLoopDeps } from '../kube/controller-loop.js';
import type { Leadership } from '../kube/elector.js';
import type { EventRecorder } from '../kube/event-recorder.js';
import type { KubeMetrics } from '../kube/metrics.js';
import type { KeySource } from '../kube/object-cache.js';
import { createOverlay } from '../kube/overlay.js';
import { createMeetingReconciler } from '../meetings/controller.js';
import { followMeetingEvents, type MeetingEvents } from '../meetings/events.js';
import { createOrphanReconciler } from '../meetings/orphans.js';
import { changesByOthers } from '../meetings/own-writes.js';
import type { DrainMetrics } from '../metrics/drain-metrics.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { RecordingMetrics } from '../metrics/recording-metrics.js';
import type { RebalanceMetrics } from '../metrics/rebalance-metrics.js';
import { place } from '../placement/place.js';
import type { PlacementLeader } from '../placement/placement-service.js';
import { createPoolReconciler } from '../pools/controller.js';
import { createPoolScaler } from '../scaling/pool-scaler.js';
import { createPrometheusQueries } from '../scaling/prometheus-queries.js';
import { createDrainObserver } from '../pools/drain-observer.js';
import { followPoolEvents, poolSources } from '../pools/events.js';
import { startRedisPublisher } from '../publish/redis.js';
import { startRebalancing } from '../rebalance/rebalancing.js';
import type { OperatorCaches } from '../resources/caches.js';
import type { Secret } from '../resources/secret-resource.js';
import { leadRecordings } from '../recordings/lead-recordings.js';
import type { RecordingsLeader } from '../recordings/recordings-service.js';
import { leadTurn } from '../turn/lead-turn.js';
import { createCompletion } from './completion.js';
import { createLeaderMemory, type LeaderMemory } from './leader-memory.js';
import { followCaches } from './follow-caches.js';
import { observeMemory } from './observe-memory.js';

export interface LeadDeps {
  readonly config: Pick<
    OperatorConfig,
    | 'namespace'
    | 'redisUrl'
    | 'nodeImage'
    | 'turnImage'
    | 'recorderImage'
    | 'recorderPullSecrets'
    | 'recordingLimits'
    | 'publicUrl'
    | 'prometheusServers'
  >;
  readonly caches: OperatorCaches;
  readonly writer: ObjectWriter;
  /** Of the TURN controller's fields in statuses. */
  readonly turnStatusWriter: ObjectWriter;
  /** Of what hosts of meetings say of recordings. */
  readonly hostWriter: ObjectWriter;
  readonly events: EventRecorder;
  readonly issuer: CertificateIssuer;
  /** To dial nodes with; waits for this replica's certificate. */
  readonly credentials: (signal: AbortSignal) => Promise<RpcCredentials>;
  /** Tells the placement service who leads, and when none does. */
  readonly onLeader: (leader: (PlacementLeader & RecordingsLeader) | undefined) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly kubeMetrics: KubeMetrics;
  readonly metrics: OperatorMetrics;
  readonly drainMetrics: DrainMetrics;
  readonly rebalanceMetrics: RebalanceMetrics;
  readonly recordingMetrics: RecordingMetrics;
  readonly log: Logger;
}

/** Before deciding, nodes are asked what they hold, for so long at most. */
const SETTLE_MS = 10_000;
/** Those from which nothing has come while no other came either are not waited for: their meetings stay, and no new ones come to them. */
const SETTLE_QUIET_MS = 2_000;
/** Most wait for their nodes, or for their turn at the API server (kube-http.ts). */
const MEETINGS_AT_ONCE = 192;
const POOLS_AT_ONCE = 8;

/** Ends when the leadership does; rejects only for defects. */
export async function lead(deps: LeadDeps, leadership: Leadership): Promise<void> {
  const { signal, term } = leadership;
  const log = deps.log.child({ term });
  log.info('leading');
  const secrets = createOverlay<Secret>({ below: deps.caches.secrets, clock: deps.clock });
  const keeper = loop(deps, 'operator-secrets', {
    sources: [keeperSource(deps.caches)],
    reconcile: createKeeperReconciler({
      ...deps,
      secrets,
      namespace: deps.config.namespace,
    }),
    maxConcurrent: 1,
  });
  const keeping = keeper.run(signal);
  try {
    await deps.caches.synced(signal);
    const credentials = await deps.credentials(signal);
    await decideAndAct(deps, leadership, { credentials, log });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await keeping;
    secrets.close();
    log.info('no longer leading');
  }
}

interface TermContext {
  readonly credentials: RpcCredentials;
  readonly log: Logger;
}

async function decideAndAct(deps: LeadDeps, leadership: Leadership, { credentials, log }: TermContext): Promise<void> {
  const { signal, term } = leadership;
  const memory = createLeaderMemory({ ...deps, credentials, term, log });
  const { directory, feed } = memory;
  const completion = createCompletion(deps.caches.meetings.cache.keys(), () => feed.markComplete());
  const publisher =
    deps.config.redisUrl === undefined
      ? undefined
      : startRedisPublisher({ url: deps.config.redisUrl, feed, metrics: deps.metrics, log });
  const shared = { ...deps, ...memory, publicUrl: deps.config.publicUrl, defaultImage: deps.config.nodeImage };

  const meetings = loop(deps, 'meetings', {
    sources: [changesByOthers(deps.caches.meetings.changes, { ...memory, meetings: deps.caches.meetings.cache })],
    reconcile: createMeetingReconciler({
      ...shared,
      meetings: deps.caches.meetings.cache,
      onDecided: (key) => completion.done(key),
    }),
    maxConcurrent: MEETINGS_AT_ONCE,
  });
  const orphans = loop(deps, 'orphans', {
    sources: [
      { keys: () => directory.meetingIds(), subscribe: () => () => undefined, synced: () => Promise.resolve() },
    ],
    reconcile: createOrphanReconciler({ ...shared, meetings: deps.caches.meetings.cache, term }),
    maxConcurrent: 4,
  });
  const meetingEvents: MeetingEvents = followMeetingEvents({
    ...shared,
    meetings: deps.caches.meetings.cache,
    enqueue: (key) => meetings.enqueue(key),
    onOrphan: (meetingId) => orphans.enqueue(meetingId),
  });
  const queries = createPrometheusQueries({
    ...shared,
    reader: deps.writer,
    allowedServers: deps.config.prometheusServers,
    onAnswer: (key) => pools.enqueue(key),
  });
  const drainObserver = createDrainObserver(deps.drainMetrics);
  const poolReconciler = createPoolReconciler({
    ...shared,
    drainObserver,
    pods: memory.pods,
    hosts: deps.caches.hosts.cache,
    pools: deps.caches.pools.cache,
    scaler: createPoolScaler({ ...shared, pools: deps.caches.pools.cache, queries }),
    onNodeChanged: meetingEvents.nodeChanged,
    onDeparture: (key) => meetings.enqueue(key),
  });
  const pools = loop(deps, 'pools', {
    sources: poolSources(deps.caches),
    reconcile: poolReconciler.reconcile,
    maxConcurrent: POOLS_AT_ONCE,
  });
  const turn = leadTurn({ ...deps, credentials, views: memory.views, certificates: memory.certificates, log });
  const recordings = leadRecordings({ ...deps, credentials, memory, log });
  const ends = [
    followPoolEvents({
      caches: deps.caches,
      directory,
      draining: memory.draining,
      enqueue: (key) => pools.enqueue(key),
      onCounts: (key) =>
        memory.touchPool(key, {
          written: (pool) => poolReconciler.written(pool),
          enqueue: (pool) => pools.enqueue(pool),
        }),
    }),
    memory.scheduled.subscribe((key) => meetings.enqueue(key)),
    memory.recorders.subscribe((key) => meetings.enqueue(key)),
    followCaches({ caches: deps.caches, events: meetingEvents }),
    startRebalancing({ ...deps, ...memory, enqueue: (key) => meetings.enqueue(key) }),
    observeMemory({ memory, metrics: deps.metrics, kubeMetrics: deps.kubeMetrics }),
  ];
  const leader: PlacementLeader & RecordingsLeader = {
    feed,
    recordings: recordings.host,
    turnFeed: turn.feed,
    signal,
    place: (request, callSignal) =>
      place(
        { ...shared, meetings: deps.caches.meetings.cache, enqueue: (key) => meetings.enqueue(key) },
        request,
        callSignal,
      ),
  };
  try {
    await settle(deps, memory, signal);
    deps.onLeader(leader);
    await Promise.all([
      meetings.run(signal),
      pools.run(signal),
      orphans.run(signal),
      turn.run(signal),
      recordings.run(signal),
    ]);
  } finally {
    deps.onLeader(undefined);
    for (const end of ends) end();
    meetingEvents.close();
    poolReconciler.close();
    await queries.close();
    drainObserver.close();
    await publisher?.close();
    await turn.close();
    await recordings.close();
    await memory.close();
  }
}

async function settle({ clock }: LeadDeps, { directory }: LeaderMemory, signal: AbortSignal): Promise<void> {
  const deadlineMs = clock.monotonicMs() + SETTLE_MS;
  let left = directory.connecting();
  let quietSinceMs = clock.monotonicMs();
  while (!signal.aborted && left > 0) {
    const nowMs = clock.monotonicMs();
    if (nowMs >= deadlineMs || nowMs - quietSinceMs >= SETTLE_QUIET_MS) return;
    await pause(clock, 20, signal);
    const now = directory.connecting();
    if (now < left) quietSinceMs = clock.monotonicMs();
    left = now;
  }
}

function loop(
  deps: LeadDeps,
  name: string,
  own: Pick<ControllerLoopDeps, 'sources' | 'reconcile' | 'maxConcurrent'>,
): ControllerLoop {
  const { clock, random, kubeMetrics: metrics, log } = deps;
  return createControllerLoop({ name, deadlineMs: 15_000, clock, random, metrics, log, ...own });
}

/** Any change of the operator's own Secrets is a reason to look at all of them. */
function keeperSource({ secrets }: OperatorCaches): KeySource {
  return {
    keys: () => [KEEPER_KEY],
    subscribe: (listener) => secrets.changes.subscribe(() => listener(KEEPER_KEY)),
    synced: (signal) => secrets.synced(signal),
  };
}
