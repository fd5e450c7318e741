/** Hosts, and a scheduler that gives each pod the next of them. */
import { podsPath } from '../process/local-cluster.js';
import type { KubeApi } from '../process/kube-api.js';

export interface ScheduledPod {
  readonly name: string;
  readonly ip: string;
}

export async function createHosts(api: KubeApi, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => api.create('/api/v1/nodes', { metadata: { name: hostName(index) } })),
  );
}

/** @param onRunning is told of each pod that has an address; again when kwok has given it another. */
export async function schedulePods(api: KubeApi, hosts: number, onRunning: (pod: ScheduledPod) => void): Promise<void> {
  const bound = new Set<string>();
  const addresses = new Map<string, string>();
  const bind = async (name: string): Promise<void> => {
    const target = { apiVersion: 'v1', kind: 'Node', name: hostName(bound.size % hosts) };
    bound.add(name);
    await api.create(`${podsPath}/${name}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target });
  };
  await api.watch(podsPath, ({ metadata: { name }, spec, status }) => {
    if (spec?.['nodeName'] === undefined && !bound.has(name)) void bind(name);
    const ip = status?.['podIP'];
    if (typeof ip !== 'string' || addresses.get(name) === ip) return;
    addresses.set(name, ip);
    onRunning({ name, ip });
  });
}

function hostName(index: number): string {
  return `host-${index}`;
}
