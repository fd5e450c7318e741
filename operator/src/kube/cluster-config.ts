/**
 * Where the API server is and who we are there. In a cluster that is an address, a token and an authority, read here: the client library would
 * load all kinds of the API for it, which is a second of CPU at each start and 80 MB for good. Outside, in a kubeconfig, it can be anything.
 */
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';

export type ClusterConfig = Pick<KubeConfig, 'applyToHTTPSOptions'> & {
  getCurrentCluster(): { readonly server: string } | null;
};

export interface ServiceAccount {
  /** Of the API server, as Kubernetes tells every pod. */
  readonly host: string;
  readonly port: string;
  /** Holds token and ca.crt. */
  readonly folder: string;
}

/** Both files change while we run: they are read whenever they are asked for. */
export function inClusterConfig({ host, port, folder }: ServiceAccount): ClusterConfig {
  const cluster = { server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}` };
  return {
    getCurrentCluster: () => cluster,
    applyToHTTPSOptions: async (options) => {
      const [token, ca] = await Promise.all([
        readFile(join(folder, 'token'), 'utf8'),
        readFile(join(folder, 'ca.crt')),
      ]);
      options.ca = ca;
      options.headers = { Authorization: `Bearer ${token.trim()}` };
    },
  };
}

/** @param account of the pod that this runs in; undefined: a kubeconfig says it, found as kubectl finds it. */
export async function loadClusterConfig(account: ServiceAccount | undefined): Promise<ClusterConfig> {
  if (account !== undefined) return inClusterConfig(account);
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

/** The same without what it remembers: a kubeconfig's authenticators keep tokens for a minute. */
export async function withoutMemory(config: ClusterConfig): Promise<ClusterConfig> {
  if (!('clusters' in config)) return config;
  const { KubeConfig } = await import('@kubernetes/client-node');
  if (!(config instanceof KubeConfig)) return config;
  const { clusters, users, contexts, currentContext } = config;
  const fresh = new KubeConfig();
  fresh.loadFromOptions({ clusters, users, contexts, currentContext });
  return fresh;
}
