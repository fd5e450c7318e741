import { z } from 'zod';
import type { KubeMetadata, KubeResource } from '../kube/kube-resource.js';

/** What is read of a recorder's batch Job. */
export interface BatchJob {
  readonly metadata: KubeMetadata & {
    readonly namespace: string;
    readonly deletionTimestamp?: string | undefined;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly status: {
    readonly failed: number;
    readonly conditions: readonly BatchJobCondition[];
  };
}

export interface BatchJobCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
}

const schema: z.ZodType<BatchJob> = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    deletionTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  status: z
    .object({
      failed: z.number().default(0),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            message: z.string().optional(),
            lastTransitionTime: z.string().optional(),
          }),
        )
        .default([]),
    })
    .default({ failed: 0, conditions: [] }),
});

export const BATCH_JOBS: KubeResource<BatchJob> = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  plural: 'jobs',
  namespaced: true,
  parse: (json) => schema.parse(json),
};
