import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import { APP_MANAGED_BY_LABEL, POOL_LABEL } from '@parley/crds/labels.js';
import { ownerReferenceOf, type PoolOwner } from './node-pod.js';

/** One node at a time is taken from the pool by others; one that doesn't work anyway, always. */
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
      selector: { matchLabels: { [POOL_LABEL]: pool.name } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}
