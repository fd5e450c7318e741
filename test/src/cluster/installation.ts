/** Where Parley is on the cluster, as dev/demo/install installs it. */
import { waitUntil } from '../deadline.js';
import { execute, getObject, isReady, kubectl, listObjects, type Pod } from './kubectl.js';

export const parleyNamespace = 'parley';
export const nodePort = 30_080;

export type Component = 'operator' | 'signaling' | 'redis';

export async function podsOf(component: Component): Promise<readonly Pod[]> {
  const pods = await listObjects<Pod>('pods', parleyNamespace, `app.kubernetes.io/component=${component}`);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Changes a Deployment's replicas, and waits until there are as many ready pods, and no other. */
export async function scaleTo(component: Component, replicas: number): Promise<void> {
  await kubectl([
    'scale',
    'deployment',
    `parley-${component}`,
    '--namespace',
    parleyNamespace,
    `--replicas=${replicas}`,
  ]);
  await waitUntil(
    `${replicas} ready ${component} pods`,
    { deadlineMs: 150_000, everyMs: 300 },
    async () => {
      const pods = await listObjects<Pod>('pods', parleyNamespace, `app.kubernetes.io/component=${component}`);
      return pods.map((pod) => ({ name: pod.metadata.name, ready: isReady(pod) }));
    },
    (pods) => pods.length === replicas && pods.every(({ ready }) => ready),
  );
}

interface Host {
  readonly metadata: { readonly name: string };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

async function hosts(): Promise<readonly Host[]> {
  return (JSON.parse(await kubectl(['get', 'nodes', '-o', 'json'])) as { readonly items: readonly Host[] }).items;
}

export async function hostNames(): Promise<readonly string[]> {
  return (await hosts()).map(({ metadata }) => metadata.name);
}

/** host:port on every host where signaling's service is reached from outside. */
export async function serviceAddresses(): Promise<readonly string[]> {
  return (await hosts()).flatMap(({ status }) =>
    status.addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => `${address}:${nodePort}`),
  );
}

/** The pod that leads. */
export async function operatorLeader(): Promise<string> {
  const lease = await getObject<{ spec: { holderIdentity?: string } }>('lease', 'parley-operator', parleyNamespace);
  return lease.spec.holderIdentity ?? '';
}

/** What Redis holds, by name. */
export async function redisKeys(pattern: string): Promise<readonly string[]> {
  const [pod] = await podsOf('redis');
  if (pod === undefined) throw new Error('no Redis pod');
  const password = String.raw`REDISCLI_AUTH=$(sed -n 's/^requirepass //p' /etc/redis/redis.conf | tr -d '"')`;
  const keys = await execute(pod, `${password} redis-cli --scan --pattern '${pattern}'`);
  return keys.split('\n').filter((key) => key !== '');
}
