import { z } from 'zod';
import type { KubeMetadata, KubeResource } from '../kube/kube-resource.js';

export interface NetworkPolicy {
  readonly metadata: KubeMetadata;
}

const schema: z.ZodType<NetworkPolicy> = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), uid: z.string(), resourceVersion: z.string() }),
});

export const NETWORK_POLICIES: KubeResource<NetworkPolicy> = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  namespaced: true,
  parse: (json) => schema.parse(json),
};
