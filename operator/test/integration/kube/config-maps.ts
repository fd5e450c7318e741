import type { KubeConfig } from '@kubernetes/client-node';
import { pino, type Logger } from 'pino';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { systemClock } from '../../../src/kube/clock.js';
import type { KubeClient } from '../../../src/kube/kube-client.js';
import { createKubeClient } from '../../../src/kube/kube-http.js';
import type { KubeResource } from '../../../src/kube/kube-resource.js';
import { createKubeMetrics, type KubeMetrics } from '../../../src/kube/metrics.js';

const configMapSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  data: z.record(z.string(), z.string()).optional(),
});
export type ConfigMap = z.infer<typeof configMapSchema>;

export const configMaps: KubeResource<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  parse: (json) => configMapSchema.parse(json),
};

/** What every part of the runtime takes, the real ones. */
export interface Runtime {
  readonly client: KubeClient;
  readonly metrics: KubeMetrics;
  readonly registry: Registry;
  readonly log: Logger;
}

export function createRuntime(config: KubeConfig): Runtime {
  const registry = new Registry();
  const metrics = createKubeMetrics(registry);
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
  const client = createKubeClient({ config, clock: systemClock, metrics, userAgent: 'parley-test/0' });
  return { client, metrics, registry, log };
}
