/** Nodes as placement sees them: pods, hosts and pools from the caches, load from their streams, and what is still to come. */
import { POOL_LABEL, REGION_LABEL } from '@parley/crds/labels.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { announcedAddressesOf } from '../core/pool/announced-addresses.js';
import { GRPC_PORT } from '../core/pool/node-pod.js';
import type { NodeLoad, PlacementNode } from '../core/placement/candidate.js';
import { objectKey } from '../kube/kube-resource.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';
import type { Host } from '../resources/host-resource.js';
import type { NodePod } from '../resources/pod-resource.js';
import type { ClosingNodes } from './closing-nodes.js';
import type { NodeDirectory } from './node-directory.js';

/** Whom meetings still expect on a node; keys are `namespace/name`. */
export interface ExpectedLoad {
  /** Placed there and not yet reported. */
  outstandingOn(node: string): number;
  /** Whom the meetings placed there expect beyond who is there. */
  expectedOn(node: string): number;
}

export interface NodeViews {
  ofNamespace(namespace: string): readonly PlacementNode[];
  announcedAddresses(pod: NodePod): readonly string[];
  close(): void;
}

export interface NodeViewsDeps {
  readonly pods: ObjectCache<NodePod, 'namespace'>;
  readonly hosts: ObjectCache<Host>;
  readonly pools: ObjectCache<SFUPool>;
  readonly changes: { readonly pods: KeySource; readonly hosts: KeySource; readonly pools: KeySource };
  readonly directory: NodeDirectory;
  readonly closing: ClosingNodes;
  readonly expected: ExpectedLoad;
}

export function createNodeViews(deps: NodeViewsDeps): NodeViews {
  const { pods, hosts, pools, directory } = deps;
  const views = new Map<string, readonly PlacementNode[]>();

  const syncDirectory = (): void => {
    directory.setNodes(
      new Map(
        [...pods.values()].flatMap((pod) => {
          const address = grpcAddressOf(pod);
          return address === '' || isOver(pod) ? [] : [[objectKey(pod.metadata), address] as const];
        }),
      ),
    );
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
  const viewOf = (pod: NodePod, pool: SFUPool): PlacementNode => {
    const key = objectKey(pod.metadata);
    const addresses = announcedAddresses(pod);
    return {
      name: pod.metadata.name,
      pool: pool.metadata.name,
      region: pod.metadata.labels[REGION_LABEL] ?? pool.spec.region,
      grpcAddress: grpcAddressOf(pod),
      announcedAddresses: addresses,
      capacity: pool.spec.capacity,
      // Read when asked: loads change faster than pods.
      get state(): PlacementNode['state'] {
        if (isOver(pod)) return 'Lost';
        const contact = directory.contact(key);
        // Whoever deleted it, an eviction too: it serves on until its people have moved, or its grace period is over.
        if (pod.metadata.deletionTimestamp !== undefined) return contact === 'Live' ? 'Closing' : 'Lost';
        if (contact === 'Lost') return 'Lost';
        if (contact === 'Connecting' || !isReady(pod) || addresses.length === 0) return 'Unready';
        return deps.closing.since(key, pod.metadata.uid) === undefined ? 'Serving' : 'Closing';
      },
      get load(): NodeLoad {
        const report = directory.report(key);
        return {
          participants: (report?.participants ?? 0) + deps.expected.outstandingOn(key),
          consumers: report?.consumers ?? 0,
          workerCpu: report?.workerCpu ?? 0,
          expectedParticipants: deps.expected.expectedOn(key),
        };
      },
    };
  };

  const namespaceOf = (key: string): string => key.slice(0, key.indexOf('/'));
  const unsubscribe = [
    deps.changes.pods.subscribe((key) => {
      views.delete(namespaceOf(key));
      syncDirectory();
    }),
    deps.changes.pools.subscribe((key) => {
      views.delete(namespaceOf(key));
    }),
    deps.changes.hosts.subscribe(() => {
      views.clear();
    }),
  ];
  syncDirectory();

  return {
    ofNamespace: (namespace) => {
      let view = views.get(namespace);
      if (view === undefined) {
        view = pods.byIndex('namespace', namespace).flatMap((pod) => {
          const pool = pools.get(poolKeyOf(pod));
          return pool === undefined ? [] : [viewOf(pod, pool)];
        });
        views.set(namespace, view);
      }
      return view;
    },
    announcedAddresses,
    close: () => {
      for (const end of unsubscribe) end();
    },
  };
}

export function poolKeyOf(pod: NodePod): string {
  return `${pod.metadata.namespace}/${pod.metadata.labels[POOL_LABEL] ?? ''}`;
}

export function isReady(pod: NodePod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function isOver({ status }: NodePod): boolean {
  return status.phase === 'Failed' || status.phase === 'Succeeded';
}

function grpcAddressOf({ status: { podIP } }: NodePod): string {
  if (podIP === undefined) return '';
  return `${podIP.includes(':') ? `[${podIP}]` : podIP}:${String(GRPC_PORT)}`;
}
