/** A service account and its token, as a pod would mount them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import type { KubeApi } from './kube-api.js';

export interface ServiceAccountInit {
  readonly name: string;
  readonly namespace: string;
  /** Is made. */
  readonly folder: string;
}

const daySeconds = 86_400;

/** @returns the environment by which a program in a pod finds the API server and itself. It may do everything. */
export async function mountServiceAccount(
  api: KubeApi,
  kubeConfig: KubeConfig,
  { name, namespace, folder }: ServiceAccountInit,
): Promise<Record<string, string>> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await api.create(path, { metadata: { name } });
  await api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const { status } = await api.create(`${path}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: daySeconds },
  });
  const cluster = kubeConfig.getCurrentCluster();
  await mkdir(folder);
  await writeFile(join(folder, 'token'), String(status?.['token']));
  await writeFile(join(folder, 'ca.crt'), Buffer.from(cluster?.caData ?? '', 'base64'));
  const { hostname, port } = new URL(cluster?.server ?? '');
  return {
    KUBECONFIG: '',
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    SERVICE_ACCOUNT_DIR: folder,
  };
}
