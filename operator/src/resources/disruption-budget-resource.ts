import { z } from 'zod';
import type { KubeMetadata, KubeResource } from '../kube/kube-resource.js';

export interface DisruptionBudget {
  readonly metadata: KubeMetadata;
}

const schema: z.ZodType<DisruptionBudget> = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), uid: z.string(), resourceVersion: z.string() }),
});

export const DISRUPTION_BUDGETS: KubeResource<DisruptionBudget> = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
  parse: (json) => schema.parse(json),
};
