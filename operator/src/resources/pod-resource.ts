import { z } from 'zod';
import type { KubeMetadata, KubeResource } from '../kube/kube-resource.js';

/** What is read of a node's pod. */
export interface NodePod {
  readonly metadata: KubeMetadata & {
    readonly namespace: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string | undefined;
    readonly deletionGracePeriodSeconds?: number | undefined;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string | undefined };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string | undefined;
    readonly conditions: readonly PodCondition[];
    readonly containerStatuses: readonly { readonly state?: { readonly waiting?: Waiting | undefined } | undefined }[];
  };
}

export interface PodCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

interface Waiting {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

export const podConditions: z.ZodType<readonly PodCondition[]> = z
  .array(
    z.object({
      type: z.string(),
      status: z.string(),
      reason: z.string().optional(),
      message: z.string().optional(),
    }),
  )
  .default([]);
const waiting = z.object({ reason: z.string().optional(), message: z.string().optional() });
const schema: z.ZodType<NodePod> = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({ nodeName: z.string().optional() }),
  status: z.object({
    phase: z.string().default('Pending'),
    podIP: z.string().optional(),
    conditions: podConditions,
    containerStatuses: z.array(z.object({ state: z.object({ waiting: waiting.optional() }).optional() })).default([]),
  }),
});

export const PODS: KubeResource<NodePod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  parse: (json) => schema.parse(json),
};
