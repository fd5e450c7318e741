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

/** Kubernetes' own controllers are started again with it: they would wait out a backoff of up to a minute. */
export async function startApiServer(): Promise<void> {
  await run(`${scripts}/component`, ['apiserver', 'start']);
  for (const controller of ['controller-manager', 'scheduler'])
    await run(`${scripts}/component`, [controller, 'restart']);
}

/** Runs a command in a host's network; `host` as in `kubectl get nodes`. */
export async function onHost(host: string, ...command: string[]): Promise<string> {
  return run(`${scripts}/host`, [host, ...command]);
}

const cutTable = 'parley-test-cut';

/**
 * Refuses all TCP of one port between two pods, in the network namespace of the first: what is open breaks, what is tried fails.
 * @returns what mends it.
 */
export async function cutBetween(pod: Pod, peer: Pod, port: number): Promise<() => Promise<void>> {
  const refuse = (side: 'sport' | 'dport'): string =>
    `ip daddr ${peer.status.podIP ?? ''} tcp ${side} ${port} reject with tcp reset;`;
  // On the way out only: what refuses on the way in would swallow the resets as well.
  const chain = `chain output { type filter hook output priority 0; ${refuse('sport')} ${refuse('dport')} }`;
  await inPodNetwork(pod, `nft 'table inet ${cutTable} { ${chain}; }'`);
  return () => inPodNetwork(pod, `nft delete table inet ${cutTable}`);
}

/** Runs a command of the host's in a pod's network namespace, which is found by the pod's address. */
async function inPodNetwork(pod: Pod, command: string): Promise<void> {
  const { podIP = '' } = pod.status;
  const script = `for n in /var/run/netns/*; do
    if nsenter --net=$n ip -4 -o addr | grep -qF ' ${podIP}/'; then exec nsenter --net=$n ${command}; fi
  done; echo 'no network namespace of ${podIP}' >&2; exit 1`;
  await onHost(pod.spec.nodeName ?? '', 'sh', '-c', script);
}

/** Kills one of a node's media workers. @returns its process id in the pod. */
export async function killWorker(pod: Pod): Promise<number> {
  const script =
    'for p in /proc/[0-9]*; do if grep -qs mediasoup-worke $p/comm; then kill -9 ${p#/proc/} && echo ${p#/proc/} && exit 0; fi; done; exit 1';
  return Number(await execute(pod, script));
}

/** Kills all that runs in a node's container but its first process, which ends with it: the container is started again. */
export async function killNode(pod: Pod): Promise<void> {
  await execute(pod, 'kill -KILL -1');
}

/**
 * Stops a node's processes, as where a host has no more time for them: connections stay open, and nothing answers.
 * @returns what lets them go on.
 */
export async function hangNode(pod: Pod): Promise<() => Promise<void>> {
  await execute(pod, 'kill -STOP -1');
  return async () => {
    await execute(pod, 'kill -CONT -1');
  };
}

/**
 * Pulls a host's network cable: nobody reaches it, and it reaches nobody.
 * @returns what puts it in again.
 */
export async function cutHost(host: string): Promise<() => Promise<void>> {
  const set = async (state: 'down' | 'up'): Promise<void> => {
    await onHost('control', 'ip', 'link', 'set', host, state);
  };
  await set('down');
  return () => set('up');
}
