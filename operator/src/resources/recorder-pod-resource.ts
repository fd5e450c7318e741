import { z } from 'zod';
import type { KubeMetadata, KubeResource } from '../kube/kube-resource.js';
import { podConditions, PODS, type PodCondition } from './pod-resource.js';

/** What is read of a recorder's pod, and of one that deletes what was recorded. */
export interface RecorderPod {
  readonly metadata: KubeMetadata & {
    readonly namespace: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string | undefined;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly nodeName?: string | undefined };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string | undefined;
    readonly conditions: readonly PodCondition[];
    readonly containerStatuses: readonly RecorderContainer[];
  };
}

export interface RecorderContainer {
  readonly restartCount: number;
  readonly state: {
    readonly waiting?: { readonly reason?: string | undefined; readonly message?: string | undefined } | undefined;
    readonly terminated?: TerminatedContainer | undefined;
  };
}

export interface TerminatedContainer {
  readonly exitCode: number;
  readonly message?: string | undefined;
}

const waiting = z.object({ reason: z.string().optional(), message: z.string().optional() });
const terminated = z.object({ exitCode: z.number(), message: z.string().optional() });
const schema: z.ZodType<RecorderPod> = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({ nodeName: z.string().optional() }),
  status: z.object({
    phase: z.string().default('Pending'),
    podIP: z.string().optional(),
    conditions: podConditions,
    containerStatuses: z
      .array(
        z.object({
          restartCount: z.number().default(0),
          state: z.object({ waiting: waiting.optional(), terminated: terminated.optional() }).default({}),
        }),
      )
      .default([]),
  }),
});

export const RECORDER_PODS: KubeResource<RecorderPod> = { ...PODS, parse: (json) => schema.parse(json) };
