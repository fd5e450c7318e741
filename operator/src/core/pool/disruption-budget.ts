import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import { APP_MANAGED_BY_LABEL, DRAIN_PHASE_LABEL, POOL_LABEL } from '@parley/crds/labels.js';
import { ownerReferenceOf, type PoolOwner } from './node-pod.js';

/**
 * One node at a time is taken from the pool by others; one that doesn't work anyway, always. One that drains is gone already as far
 * as this counts: it may be evicted at any time, as it serves on until it is empty, and no other may go until it is replaced.
 */
export function buildDisruptionBudget(pool: PoolOwner): V1PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: pool.name,
      namespace: pool.namespace,
      labels: { [APP_MANAGED_BY_LABEL]: 'parley-operator', [POOL_LABEL]: pool.name },
      ownerReferences: [ownerReferenceOf(pool)],
    },
    spec: {
      maxUnavailable: 1,
      selector: {
        matchLabels: { [POOL_LABEL]: pool.name },
        matchExpressions: [{ key: DRAIN_PHASE_LABEL, operator: 'DoesNotExist' }],
      },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}
