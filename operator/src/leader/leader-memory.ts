/** What a leader knows and decides by. It begins empty: the API server, the nodes and nothing else tell it the rest. */
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import type { CertificateIssuer } from '../certificates/issuer.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { createOverlay, type Overlay } from '../kube/overlay.js';
import { createCountWrites, type CountWrites } from '../meetings/count-writes.js';
import { createMeetingDecider, type MeetingDecider } from '../meetings/meeting-decider.js';
import { createMeetingRecorders, type MeetingRecorders } from '../meetings/meeting-recorders.js';
import { createMeetingStore, type MeetingStore } from '../meetings/meeting-store.js';
import { createScheduledMeetings, type ScheduledMeetings } from '../meetings/scheduled-meetings.js';
import { createPasscodes, type Passcodes } from '../meetings/passcodes.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import { createDrainingNodes, type DrainingNodes } from '../nodes/draining-nodes.js';
import { createCutNodes, type CutNodes } from '../nodes/cut-nodes.js';
import { createDepartures, type Departures } from '../nodes/departures.js';
import { createNodeDirectory, type NodeDirectory } from '../nodes/node-directory.js';
import { createNodeViews, type NodeViews } from '../nodes/node-views.js';
import { createTopologyFeed, type TopologyFeed } from '../placement/topology-feed.js';
import { createNodeCertificates, type NodeCertificates } from '../pools/node-certificates.js';
import { createRebalancer, type Rebalancer } from '../rebalance/rebalancer.js';
import { POD_INDEXES, type OperatorCaches, type PodIndex } from '../resources/caches.js';
import type { NodePod } from '../resources/pod-resource.js';

export interface LeaderMemory {
  readonly directory: NodeDirectory;
  readonly store: MeetingStore;
  readonly views: NodeViews;
  readonly departures: Departures;
  readonly cuts: CutNodes;
  readonly counts: CountWrites;
  readonly feed: TopologyFeed;
  readonly decider: MeetingDecider;
  readonly rebalancer: Rebalancer;
  readonly passcodes: Passcodes;
  readonly recorders: MeetingRecorders;
  readonly scheduled: ScheduledMeetings;
  readonly certificates: NodeCertificates;
  readonly pods: Overlay<NodePod, PodIndex>;
  readonly draining: DrainingNodes;
  /** The number of people on a pool's nodes may have changed. */
  touchPool(key: string, pool: TouchedPool): void;
  close(): Promise<void>;
}

export interface TouchedPool {
  readonly written: (key: string) => { readonly participants: number; readonly atMs: number } | undefined;
  readonly enqueue: (key: string) => void;
}

export interface LeaderMemoryDeps {
  readonly caches: OperatorCaches;
  readonly writer: ObjectWriter;
  readonly issuer: CertificateIssuer;
  readonly credentials: RpcCredentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: OperatorMetrics;
  readonly log: Logger;
  readonly term: number;
}

export function createLeaderMemory(deps: LeaderMemoryDeps): LeaderMemory {
  const { caches, clock, metrics } = deps;
  const directory = createNodeDirectory(deps);
  const store = createMeetingStore(directory, clock);
  const departures = createDepartures();
  const cuts = createCutNodes({ directory, clock });
  const pods = createOverlay<NodePod, PodIndex>({ below: caches.pods, indexes: POD_INDEXES, clock });
  const draining = createDrainingNodes(pods);
  const forgetDepartures = caches.pods.changes.subscribe((node) =>
    departures.keepOnly(node, caches.pods.cache.get(node)?.metadata.uid),
  );
  const views = createNodeViews({
    pods: caches.pods.cache,
    hosts: caches.hosts.cache,
    pools: caches.pools.cache,
    changes: { pods: caches.pods.changes, hosts: caches.hosts.changes, pools: caches.pools.changes },
    directory,
    draining,
    coming: store,
  });
  const scheduled = createScheduledMeetings({
    meetings: caches.meetings.cache,
    changes: caches.meetings.changes,
    clock,
  });
  const counts = createCountWrites(clock);
  const feed = createTopologyFeed();
  const pools = caches.pools.cache;
  const recorders = createMeetingRecorders();
  const rebalancer = createRebalancer({ store, views, clock });
  const decider = createMeetingDecider({
    store,
    directory,
    views,
    departures,
    cuts,
    rebalancer,
    recorders,
    pools,
    feed,
    term: deps.term,
  });
  directory.subscribe((event) => {
    if (event.kind === 'Lost') metrics.nodeLosses.inc();
  });

  const peopleIn = (poolKey: string): number => {
    let people = 0;
    for (const { metadata } of caches.pods.cache.byIndex('pool', poolKey))
      people += directory.report(`${metadata.namespace}/${metadata.name}`)?.load.participants ?? 0;
    return people;
  };
  return {
    directory,
    store,
    views,
    departures,
    cuts,
    counts,
    feed,
    decider,
    rebalancer,
    recorders,
    scheduled,
    passcodes: createPasscodes({ reader: deps.writer, clock, metrics }),
    certificates: createNodeCertificates(deps.writer, deps.issuer, clock),
    pods,
    draining,
    touchPool: (key, { written, enqueue }) => {
      const statusCount = (): number =>
        written(key)?.participants ?? caches.pools.cache.get(key)?.status?.participants ?? 0;
      counts.touch(`pool ${key}`, {
        difference: () => peopleIn(key) - statusCount(),
        writtenAtMs: () => written(key)?.atMs ?? Number.NEGATIVE_INFINITY,
        grant: () => enqueue(key),
      });
    },
    close: async () => {
      forgetDepartures();
      cuts.close();
      counts.close();
      scheduled.close();
      views.close();
      pods.close();
      await directory.close();
    },
  };
}
