/** TURN's part of a term of leadership: what it knows, its controller, and what it tells signaling. */
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import type { CertificateIssuer } from '../certificates/issuer.js';
import type { OperatorConfig } from '../config.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { createControllerLoop } from '../kube/controller-loop.js';
import type { EventRecorder } from '../kube/event-recorder.js';
import type { KubeMetrics } from '../kube/metrics.js';
import { createOverlay } from '../kube/overlay.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { NodeViews } from '../nodes/node-views.js';
import type { NodeCertificates } from '../pools/node-certificates.js';
import { TURN_POD_INDEXES, type OperatorCaches, type TurnPodIndex } from '../resources/caches.js';
import type { NodePod } from '../resources/pod-resource.js';
import { createTurnReconciler } from './controller.js';
import { followTurnEvents, turnSources } from './events.js';
import { createNodePeers } from './node-peers.js';
import { createTurnDirectory } from './turn-directory.js';
import { createTurnFeed, type TurnFeed } from './turn-feed.js';
import { createTurnSecrets } from './turn-secrets.js';

export interface LeadTurnDeps {
  readonly config: Pick<OperatorConfig, 'turnImage'>;
  readonly caches: OperatorCaches;
  readonly writer: ObjectWriter;
  readonly turnStatusWriter: ObjectWriter;
  readonly events: EventRecorder;
  readonly issuer: CertificateIssuer;
  readonly certificates: NodeCertificates;
  readonly views: NodeViews;
  readonly credentials: RpcCredentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly kubeMetrics: KubeMetrics;
  readonly metrics: OperatorMetrics;
  readonly log: Logger;
}

export interface TurnLeadership {
  readonly feed: TurnFeed;
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const POOLS_AT_ONCE = 4;
const DEADLINE_MS = 15_000;

export function leadTurn(deps: LeadTurnDeps): TurnLeadership {
  const { caches, clock, random, metrics, log } = deps;
  const peers = createNodePeers(deps);
  const turnDirectory = createTurnDirectory({
    ...deps,
    peers,
    pods: caches.turnPods.cache,
    changes: caches.turnPods.changes,
  });
  const feed = createTurnFeed();
  const turnPods = createOverlay<NodePod, TurnPodIndex>({ below: caches.turnPods, indexes: TURN_POD_INDEXES, clock });
  const reconcile = createTurnReconciler({
    ...deps,
    ...{ turnPods, turnDirectory, turnFeed: feed, turnImage: deps.config.turnImage },
    pools: caches.pools.cache,
    hosts: caches.hosts.cache,
    turnSecrets: createTurnSecrets(deps),
  });
  const turn = createControllerLoop({
    ...{ name: 'turn', deadlineMs: DEADLINE_MS, clock, random, metrics: deps.kubeMetrics, log },
    ...{ sources: turnSources(caches), reconcile, maxConcurrent: POOLS_AT_ONCE },
  });
  const stopFollowing = followTurnEvents({ caches, turnDirectory, enqueue: (key) => turn.enqueue(key) });
  const stopCounting = feed.subscribe(() => metrics.turnServers.set(feed.servers().length));
  return {
    feed,
    run: (signal) => turn.run(signal),
    close: async () => {
      stopFollowing();
      stopCounting();
      peers.close();
      turnPods.close();
      metrics.turnServers.set(0);
      await turnDirectory.close();
    },
  };
}
