import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeConfig } from '@kubernetes/client-node';
import { Registry } from 'prom-client';
import { pino } from 'pino';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../../src/kube/clock.js';
import type { KubeClient } from '../../../src/kube/kube-client.js';
import { KubeError } from '../../../src/kube/kube-error.js';
import { createKubeClient } from '../../../src/kube/kube-http.js';
import { createKubeMetrics } from '../../../src/kube/metrics.js';

/** The API as a test's own hands. */
export interface ClusterClient {
  readonly client: KubeClient;
  get(path: string): Promise<KubeJson | undefined>;
  list(path: string): Promise<readonly KubeJson[]>;
  create(path: string, object: unknown): Promise<KubeJson>;
  merge(path: string, patch: unknown): Promise<KubeJson>;
  delete(path: string): Promise<void>;
  close(): void;
}

export interface KubeJson {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    [key: string]: unknown;
  };
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
  readonly [key: string]: unknown;
}

const MANIFESTS = fileURLToPath(new URL('../../../../crds/manifests', import.meta.url));

export function createClusterClient(config: KubeConfig): ClusterClient {
  const metrics = createKubeMetrics(new Registry());
  const client = createKubeClient({ config, clock: systemClock, metrics, userAgent: 'parley-test/0' });
  const send = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<KubeJson> =>
    (await client.request({ method, path, ...(body !== undefined && { body }) })) as KubeJson;
  return {
    client,
    get: async (path) => {
      try {
        return await send('GET', path);
      } catch (error) {
        if (error instanceof KubeError && error.code === 'NotFound') return undefined;
        throw error;
      }
    },
    list: async (path) => ((await send('GET', path)) as unknown as { items: KubeJson[] }).items,
    create: (path, object) => send('POST', path, object),
    merge: async (path, body) =>
      (await client.request({
        method: 'PATCH',
        path,
        body,
        contentType: 'application/merge-patch+json',
      })) as KubeJson,
    delete: async (path) => {
      await send('DELETE', path);
    },
    close: () => client.close(),
  };
}

/** Installs Parley's CRDs, and waits until they are served. */
export async function installCrds(cluster: ClusterClient): Promise<void> {
  for (const file of readdirSync(MANIFESTS)) {
    for (const document of parseAllDocuments(readFileSync(join(MANIFESTS, file), 'utf8')))
      await cluster.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', document.toJS());
  }
  await eventually(async () => {
    await cluster.list('/apis/parley.dev/v1alpha1/meetings');
    await cluster.list('/apis/parley.dev/v1alpha1/sfupools');
    await cluster.list('/apis/parley.dev/v1alpha1/recordingjobs');
  });
}

/** Until `check` passes; fails with its last complaint. */
export async function eventually<T>(check: () => Promise<T> | T, withinMs = 15_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

export const testLog = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
