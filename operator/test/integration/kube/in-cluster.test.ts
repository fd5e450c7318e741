import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/kube/clock.js';
import { inClusterConfig } from '../../../src/kube/cluster-config.js';
import type { KubeClient } from '../../../src/kube/kube-client.js';
import { createKubeClient } from '../../../src/kube/kube-http.js';
import { createKubeMetrics } from '../../../src/kube/metrics.js';
import { createClusterClient, type ClusterClient } from '../operator/cluster-client.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';

let server: ApiServer;
let admin: ClusterClient;
let folder: string;
const clients: KubeClient[] = [];

function aClient(): KubeClient {
  const { hostname: host, port } = new URL(server.kubeConfig.getCurrentCluster()?.server ?? '');
  const client = createKubeClient({
    config: inClusterConfig({ host, port, folder }),
    clock: systemClock,
    metrics: createKubeMetrics(new Registry()),
    userAgent: 'test',
  });
  clients.push(client);
  return client;
}

async function newToken(): Promise<string> {
  const { status } = await admin.create('/api/v1/namespaces/default/serviceaccounts/operator/token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { expirationSeconds: 3_600 },
  });
  return String(status?.['token']);
}

beforeAll(async () => {
  server = await startApiServer();
  admin = createClusterClient(server.kubeConfig);
  await admin.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'operator' } });
  await admin.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: 'operator' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
  });
  await admin.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'operator' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'operator' },
    subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: 'default' }],
  });
  folder = await mkdtemp(join(tmpdir(), 'parley-account-'));
  const authority = server.kubeConfig.getCurrentCluster()?.caData ?? '';
  await writeFile(join(folder, 'ca.crt'), Buffer.from(authority, 'base64'));
  await writeFile(join(folder, 'token'), `${await newToken()}\n`);
});
afterAll(async () => {
  for (const client of clients) client.close();
  admin.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const { signal } = new AbortController();

test('a pod talks to the API server as its service account, with its rights and no others', async () => {
  const client = aClient();
  const list = client.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', signal });
  await expect(list).resolves.toMatchObject({ kind: 'PodList' });
  const hosts = client.request({ method: 'GET', path: '/api/v1/nodes', signal });
  await expect(hosts).rejects.toMatchObject({ code: 'Forbidden' });
});

test('a token that is refused is read anew', async () => {
  await writeFile(join(folder, 'token'), 'expired');
  const client = aClient();
  const ask = (): Promise<unknown> =>
    client.request({ method: 'GET', path: '/api/v1/namespaces/default/pods', signal });
  await expect(ask()).rejects.toMatchObject({ code: 'Unauthorized' });
  await writeFile(join(folder, 'token'), await newToken());
  await expect(ask()).resolves.toMatchObject({ kind: 'PodList' });
});
