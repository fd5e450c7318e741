/** Nodes as placement sees them, each kept up to date: pods, hosts and pools from the caches, load from their streams, and who is to come. */
import { POOL_LABEL, REGION_LABEL } from '@parley/crds/labels.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { capacityOf } from '../core/load/capacity.js';
import type { Coming } from '../core/load/coming.js';
import { addLoad, NO_LOAD } from '../core/load/load.js';
import { announcedAddressesOf } from '../core/pool/announced-addresses.js';
import { GRPC_PORT } from '../core/pool/node-pod.js';
import type { NodeLoad, PlacementNode } from '../core/placement/candidate.js';
import { createFleet, type Fleet, type MutableFleet } from '../core/placement/fleet.js';
import { objectKey } from '../kube/kube-resource.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';
import type { Host } from '../resources/host-resource.js';
import { addressOfPod, isOver } from '../resources/pod-address.js';
import type { NodePod } from '../resources/pod-resource.js';
import type { DrainingNodes } from './draining-nodes.js';
import type { NodeDirectory } from './node-directory.js';

/** Who is to come to a node; keys are `namespace/name`. */
export interface ComingLoad {
  comingOn(node: string): Coming;
  /** Calls `listener` with a node for which it has changed. */
  onComing(listener: (node: string) => void): () => void;
  /** Takes back what has become untrue with time alone. */
  settle(): void;
}

export interface NodeViews {
  /** As they are now; it changes with the nodes. */
  ofNamespace(namespace: string): Fleet;
  announcedAddresses(pod: NodePod): readonly string[];
  /** So many were placed on the node just now, by the node's key. */
  noteJoins(node: string, joins: number): void;
  /** Calls `listener` with the namespace of a node that takes people again, or anew. */
  onRoom(listener: (namespace: string) => void): () => void;
  close(): void;
}

export interface NodeViewsDeps {
  readonly pods: ObjectCache<NodePod, 'namespace' | 'pool' | 'host'>;
  readonly hosts: ObjectCache<Host>;
  readonly pools: ObjectCache<SFUPool>;
  readonly changes: { readonly pods: KeySource; readonly hosts: KeySource; readonly pools: KeySource };
  readonly directory: NodeDirectory;
  readonly draining: Pick<DrainingNodes, 'has' | 'onWritten'>;
  readonly coming: ComingLoad;
}

type Shape = Omit<PlacementNode, 'state' | 'load'>;

export function createNodeViews(deps: NodeViewsDeps): NodeViews {
  const { pods, hosts, pools, directory } = deps;
  const fleets = new Map<string, MutableFleet>();
  /** What of a node comes from Kubernetes: loads change far more often. */
  const shapes = new Map<string, Shape>();
  const newJoins = new Map<string, number>();
  const listeners = new Set<(namespace: string) => void>();

  const dial = (key: string): void => {
    const pod = pods.get(key);
    const address = pod === undefined || isOver(pod) ? '' : addressOfPod(pod, GRPC_PORT);
    directory.setNode(key, address === '' ? undefined : address);
  };
  const announcedAddresses = (pod: NodePod): readonly string[] => {
    const pool = pools.get(poolKeyOf(pod));
    if (pool === undefined) return [];
    const host = pod.spec.nodeName === undefined ? undefined : hosts.get(pod.spec.nodeName);
    return announcedAddressesOf({
      networking: pool.spec.networking,
      podIP: pod.status.podIP,
      host: host && { annotations: host.metadata.annotations, addresses: host.status.addresses },
    });
  };
  const shapeOf = (pod: NodePod, pool: SFUPool): Shape => ({
    name: pod.metadata.name,
    pool: pool.metadata.name,
    region: pod.metadata.labels[REGION_LABEL] ?? pool.spec.region,
    grpcAddress: addressOfPod(pod, GRPC_PORT),
    announcedAddresses: announcedAddresses(pod),
    capacity: capacityOf(pool.spec),
  });
  const stateOf = (key: string, pod: NodePod, { announcedAddresses: addresses }: Shape): PlacementNode['state'] => {
    if (isOver(pod)) return 'Lost';
    const contact = directory.contact(key);
    // Whoever deleted it, an eviction too: it serves on until its people have moved, or its grace period is over.
    if (pod.metadata.deletionTimestamp !== undefined) return contact === 'Live' ? 'Closing' : 'Lost';
    if (contact === 'Lost') return 'Lost';
    if (contact === 'Connecting' || !isReady(pod) || addresses.length === 0) return 'Unready';
    return deps.draining.has(key) ? 'Closing' : 'Serving';
  };
  const loadOf = (key: string): NodeLoad => {
    const report = directory.report(key);
    const { placed, expected } = deps.coming.comingOn(key);
    return {
      current: addLoad(report?.load ?? NO_LOAD, placed),
      expected,
      workerCpu: report?.workerCpu ?? 0,
      newJoins: newJoins.get(key) ?? 0,
    };
  };
  const fleetOf = (namespace: string): MutableFleet => {
    const fleet = fleets.get(namespace) ?? createFleet();
    fleets.set(namespace, fleet);
    return fleet;
  };

  const loadChanged = (key: string): void => {
    const pod = pods.get(key);
    const shape = shapes.get(key);
    if (pod === undefined || shape === undefined) return;
    const { namespace } = pod.metadata;
    const hasOpened = fleetOf(namespace).put({ ...shape, state: stateOf(key, pod, shape), load: loadOf(key) });
    if (hasOpened) for (const listener of listeners) listener(namespace);
  };
  const podChanged = (key: string): void => {
    const pod = pods.get(key);
    const pool = pod === undefined ? undefined : pools.get(poolKeyOf(pod));
    if (pod === undefined || pool === undefined) {
      shapes.delete(key);
      newJoins.delete(key);
      fleets.get(namespaceOf(key))?.delete(nameOf(key));
      return;
    }
    shapes.set(key, shapeOf(pod, pool));
    loadChanged(key);
  };
  const podsChanged = (changed: readonly NodePod[]): void => {
    for (const { metadata } of changed) podChanged(objectKey(metadata));
  };

  const unsubscribe = [
    deps.changes.pods.subscribe((key) => {
      dial(key);
      podChanged(key);
    }),
    deps.changes.pools.subscribe((key) => podsChanged(pods.byIndex('pool', key))),
    deps.changes.hosts.subscribe((host) => podsChanged(pods.byIndex('host', host))),
    directory.subscribe((event) => {
      if (event.kind === 'MeetingReported') return;
      newJoins.delete(event.node);
      loadChanged(event.node);
    }),
    deps.draining.onWritten(loadChanged),
    deps.coming.onComing(loadChanged),
  ];
  for (const key of pods.keys()) dial(key);
  podsChanged([...pods.values()]);

  return {
    ofNamespace: (namespace) => {
      deps.coming.settle();
      return fleetOf(namespace);
    },
    announcedAddresses,
    noteJoins: (node, joins) => {
      newJoins.set(node, (newJoins.get(node) ?? 0) + joins);
      loadChanged(node);
    },
    onRoom: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      for (const end of unsubscribe) end();
    },
  };
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

export function poolKeyOf(pod: NodePod): string {
  return `${pod.metadata.namespace}/${pod.metadata.labels[POOL_LABEL] ?? ''}`;
}

export function isReady(pod: NodePod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
