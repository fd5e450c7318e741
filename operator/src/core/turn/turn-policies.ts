/** What guards a pool's TURN servers: from being taken away together, and from reaching what is none of theirs. */
import type {
  V1NetworkPolicy,
  V1NetworkPolicyPort,
  V1ObjectMeta,
  V1PodDisruptionBudget,
} from '@kubernetes/client-node';
import { APP_MANAGED_BY_LABEL, TURN_POOL_LABEL } from '@parley/crds/labels.js';
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import { ownerReferenceOf, type PoolOwner } from '../pool/node-pod.js';
import { workersOf } from '../pool/workers.js';
import { TURN_DRAIN_PORT, turnObjectName, TURN_GRPC_PORT, TURN_TELEMETRY_PORT } from './turn-names.js';
import { listenersOf, type TurnPodInput } from './turn-pod.js';

export function buildTurnDisruptionBudget(pool: PoolOwner): V1PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(pool),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { [TURN_POOL_LABEL]: pool.name } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Where a pool's nodes take media. */
export function mediaPortsOf(spec: Pick<SFUPoolSpec, 'networking' | 'workers' | 'template'>): PortRange {
  const { rtcPort } = spec.networking;
  return { first: rtcPort, last: rtcPort + workersOf(spec) - 1 };
}

/**
 * coturn knows peers by their addresses only; this says by which ports: by UDP those of media, and by TCP none. It holds where the
 * cluster's network keeps NetworkPolicies, and not for pods with the host's network.
 */
export function buildTurnNetworkPolicy(
  pool: PoolOwner,
  spec: TurnPodInput['spec'],
  mediaPorts: readonly PortRange[],
): V1NetworkPolicy {
  const { port, tlsPort } = listenersOf(spec);
  const tcp = [port, ...(tlsPort === undefined ? [] : [tlsPort]), TURN_GRPC_PORT, TURN_TELEMETRY_PORT, TURN_DRAIN_PORT];
  const egress = [
    ...new Map(mediaPorts.map((range) => [`${String(range.first)}-${String(range.last)}`, range])).values(),
  ]
    .toSorted((a, b) => a.first - b.first || a.last - b.last)
    .map(({ first, last }): V1NetworkPolicyPort => ({
      ...{ protocol: 'UDP', port: first },
      ...(last > first && { endPort: last }),
    }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(pool),
    spec: {
      podSelector: { matchLabels: { [TURN_POOL_LABEL]: pool.name } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ protocol: 'UDP', port }, ...tcp.map((each) => ({ protocol: 'TCP', port: each }))] }],
      egress: [{ ports: egress }],
    },
  };
}

function metadataOf(pool: PoolOwner): V1ObjectMeta {
  return {
    name: turnObjectName(pool.name),
    namespace: pool.namespace,
    labels: { [APP_MANAGED_BY_LABEL]: 'parley-operator', [TURN_POOL_LABEL]: pool.name },
    ownerReferences: [ownerReferenceOf(pool)],
  };
}
