import { z } from 'zod';
import type { KubeMetadata, KubeResource } from '../kube/kube-resource.js';

/** What is read of a host (a Kubernetes Node): where clients reach it, and whether it is to go. */
export interface Host {
  readonly metadata: KubeMetadata & {
    readonly annotations: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
  readonly spec: { readonly unschedulable: boolean; readonly taints: readonly { readonly key: string }[] };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

const schema: z.ZodType<Host> = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z
    .object({
      unschedulable: z.boolean().default(false),
      taints: z.array(z.object({ key: z.string() })).default([]),
    })
    .default({ unschedulable: false, taints: [] }),
  status: z
    .object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })).default([]) })
    .default({ addresses: [] }),
});

export const HOSTS: KubeResource<Host> = {
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  parse: (json) => schema.parse(json),
};
