/** A leader's own memory – views, store and decider – over nodes and reports that a test or benchmark makes up. */
import { POOL_LABEL } from '@parley/crds/labels.js';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting, MeetingSpec } from '@parley/crds/meeting.js';
import type { SFUPool, SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import type { PlacementRequest } from '../../core/placement/place-participants.js';
import { aMeetingSpec, aPool } from '../../core/testing/builders.js';
import type { Clock } from '../../kube/clock.js';
import type { KeySource } from '../../kube/object-cache.js';
import { createObjectStore } from '../../kube/object-store.js';
import { createCutNodes } from '../../nodes/cut-nodes.js';
import { createDepartures } from '../../nodes/departures.js';
import { createNodeViews, type NodeViews } from '../../nodes/node-views.js';
import { createFakeDirectory, type FakeDirectory } from '../../nodes/testing/fake-directory.js';
import { decidePlacement, type PlacementDecision } from '../../placement/decide-placement.js';
import { createTopologyFeed } from '../../placement/topology-feed.js';
import { POD_INDEXES, type PodIndex } from '../../resources/caches.js';
import type { Host } from '../../resources/host-resource.js';
import type { NodePod } from '../../resources/pod-resource.js';
import { createRebalancer, type Rebalancer } from '../../rebalance/rebalancer.js';
import { createMeetingDecider, type MeetingDecider } from '../meeting-decider.js';
import { NO_PASSCODES } from '../passcodes.js';
import { createMeetingStore, type MeetingStore } from '../meeting-store.js';

export interface PoolShape {
  readonly name: string;
  readonly region: string;
  readonly nodes: number;
  readonly capacity?: Partial<SFUPoolSpec['capacity']>;
}

export interface LeaderWorld {
  readonly directory: FakeDirectory;
  readonly store: MeetingStore;
  readonly views: NodeViews;
  readonly decider: MeetingDecider;
  readonly rebalancer: Rebalancer;
  /** Names and pools of all nodes; each is up, and has reported nothing yet. */
  readonly nodes: readonly { readonly name: string; readonly key: string; readonly pool: PoolShape }[];
  meeting(name: string, spec?: Partial<MeetingSpec>): Meeting;
  /** As the Placement service does. */
  place(
    meeting: Meeting,
    request: Partial<PlacementRequest> & Pick<PlacementRequest, 'participantIds'>,
  ): PlacementDecision;
}

const namespace = 'default';
const noChanges: KeySource = { keys: () => [], subscribe: () => () => undefined, synced: () => Promise.resolve() };

export function createLeaderWorld(pools: readonly PoolShape[], clock: Clock): LeaderWorld {
  const pods = createObjectStore<NodePod, PodIndex>(POD_INDEXES);
  const poolObjects = createObjectStore<SFUPool, 'namespace'>({ namespace: (pool) => pool.metadata.namespace });
  const nodes = pools.flatMap((pool) => {
    poolObjects.set(`${namespace}/${pool.name}`, poolObjectOf(pool));
    return Array.from({ length: pool.nodes }, (_, ordinal) => {
      const name = `${pool.name}-${String(ordinal)}`;
      const key = `${namespace}/${name}`;
      pods.set(key, podOf(name, pool.name));
      return { name, key, pool };
    });
  });
  const directory = createFakeDirectory();
  const store = createMeetingStore(directory, clock);
  const views = createNodeViews({
    pods,
    hosts: createObjectStore<Host>({}),
    pools: poolObjects,
    changes: { pods: noChanges, hosts: noChanges, pools: noChanges },
    directory,
    draining: { has: () => false, onWritten: () => () => undefined },
    coming: store,
  });
  const rebalancer = createRebalancer({ store, views, clock });
  const cuts = createCutNodes({ directory, clock });
  const decider = createMeetingDecider({
    store,
    directory,
    views,
    departures: createDepartures(),
    rebalancer,
    cuts,
    recorders: { of: () => [] },
    pools: poolObjects,
    feed: createTopologyFeed(),
    term: 1,
  });
  directory.subscribe((event) => {
    if (event.kind !== 'MeetingReported') return;
    store.noteArrivals(event.meetingId, event.node.slice(namespace.length + 1), event.participants - event.before);
  });
  return {
    directory,
    store,
    views,
    decider,
    rebalancer,
    nodes,
    meeting: (name, spec) => ({
      metadata: { ...aPool().metadata, name, namespace, uid: name },
      spec: aMeetingSpec(spec),
    }),
    place: (meeting, request) => {
      const known = store.get(meetingIdOf(meeting.metadata.uid));
      const isThere = known !== undefined && known.topology.state !== 'Pending';
      const record = isThere ? known : decider.decide(meeting, NO_PASSCODES).record;
      return decidePlacement(
        { store, views, cuts, clock },
        { meeting, record, request: { region: '', avoidNodes: [], viewers: false, ...request } },
      );
    },
  };
}

function poolObjectOf({ name, region, capacity }: PoolShape): SFUPool {
  const pool = aPool({ region });
  const networking = { ...pool.spec.networking, mode: 'PodIP' as const };
  return {
    metadata: { ...pool.metadata, name, namespace },
    spec: { ...pool.spec, networking, capacity: { ...pool.spec.capacity, ...capacity } },
  };
}

function podOf(name: string, pool: string): NodePod {
  return {
    metadata: {
      name,
      namespace,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { [POOL_LABEL]: pool },
      annotations: {},
    },
    spec: {},
    status: {
      phase: 'Running',
      podIP: '192.0.2.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [],
    },
  };
}
