/** Breaks a part of the cluster on purpose. What can't be broken from outside needs the local cluster. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execute, run, type Pod } from './kubectl.js';

const scripts = fileURLToPath(new URL('../../../dev/cluster', import.meta.url));

/** Whether the cluster is the local one, whose parts can be stopped. */
export async function isLocalCluster(): Promise<boolean> {
  if (!existsSync(`${scripts}/component`)) return false;
  return run(`${scripts}/host`, ['host-1', 'true']).then(
    () => true,
    () => false,
  );
}

export async function stopApiServer(): Promise<void> {
  await run(`${scripts}/component`, ['apiserver', 'stop']);
}

export async function startApiServer(): Promise<void> {
  await run(`${scripts}/component`, ['apiserver', 'start']);
}

/** Runs a command in a host's network; `host` as in `kubectl get nodes`. */
export async function onHost(host: string, ...command: string[]): Promise<string> {
  return run(`${scripts}/host`, [host, ...command]);
}

const cutTable = 'parley-test-cut';

/** Refuses all TCP from and to one port of a pod, where its host forwards it. @returns what mends it. */
export async function cutTcp(pod: Pod, port: number): Promise<() => Promise<void>> {
  const { podIP = '' } = pod.status;
  const host = pod.spec.nodeName ?? '';
  const rule = (side: 'sport' | 'dport', address: 'saddr' | 'daddr'): string =>
    `ip ${address} ${podIP} tcp ${side} ${port} reject with tcp reset;`;
  const chain = (hook: string): string =>
    `chain ${hook} { type filter hook ${hook} priority -10; ${rule('dport', 'daddr')} ${rule('sport', 'saddr')} }`;
  await onHost(host, 'nft', `table inet ${cutTable} { ${['forward', 'input', 'output'].map(chain).join(' ')} }`);
  return async () => {
    await onHost(host, 'nft', `delete table inet ${cutTable}`);
  };
}

/** Kills one of a node's media workers. @returns its process id in the pod. */
export async function killWorker(pod: Pod): Promise<number> {
  const script =
    'for p in /proc/[0-9]*; do if grep -qs mediasoup-worke $p/comm; then kill -9 ${p#/proc/} && echo ${p#/proc/} && exit 0; fi; done; exit 1';
  return Number(await execute(pod, script));
}
