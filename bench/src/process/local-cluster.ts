/**
 * A real API server with Parley's CRDs, and the operator as a process of its own beside it. Nothing schedules or runs pods:
 * the benchmark is scheduler and kubelet, and each pod has an address of loopback.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { waitFor } from '@parley/e2e/deadline.js';
import { parseAllDocuments } from 'yaml';
import { freePort } from './free-port.js';
import { createKubeApi, type KubeApi } from './kube-api.js';
import { end, startProgram, type Program } from './program.js';
import { mountServiceAccount } from './service-account.js';

export interface LocalCluster {
  readonly api: KubeApi;
  readonly kubeconfigPath: string;
  /** The one that was started last. */
  readonly operator: Program;
  readonly operatorAddress: string;
  /** After the one before has ended: a new process in its place. */
  startOperator(): Promise<Program>;
  /** Writes a Secret's content into a new folder, as a pod would mount it. */
  mountSecret(namespace: string, name: string): Promise<string>;
  /** Makes a pool; `run` starts what stands for each pod, and is told the address it is to have. Resolves when all are ready. */
  runPool<T extends LocalPod>(pool: LocalPool, run: (pod: PodInit) => Promise<T>): Promise<readonly T[]>;
  /** Starts what stands for a pod that there is or will be. */
  runPod<T extends LocalPod>(name: string, run: (pod: PodInit) => Promise<T>): Promise<T>;
  /** Resolves when so many nodes of a pool are ready, as the operator sees it. */
  untilReady(pool: string, nodes: number): Promise<void>;
  close(): Promise<void>;
}

export interface LocalPool {
  readonly name: string;
  readonly nodes: number;
  /** Of the pool's spec, beside what each has. */
  readonly spec?: object;
}

export interface LocalPod {
  close(): Promise<void>;
}

export interface PodInit {
  readonly name: string;
  readonly ip: string;
  readonly tlsDir: string;
}

export const meetingsPath = (namespace: string): string => `/apis/parley.dev/v1alpha1/namespaces/${namespace}/meetings`;
/** The operator sees what is in `default` only. */
export const unwatchedNamespace = 'bare';
export const systemNamespace = 'parley-system';
export const poolsPath = '/apis/parley.dev/v1alpha1/namespaces/default/sfupools';
export const podsPath = '/api/v1/namespaces/default/pods';

const apiServerProgram = fileURLToPath(new URL('../../../dev/apiserver', import.meta.url));
const manifests = fileURLToPath(new URL('../../../crds/manifests', import.meta.url));
const soon = { deadlineMs: 120_000, everyMs: 50 };
/** Enough for every benchmark, so that none meets a limit. */
const capacity = { participants: 10_000, consumers: 100_000 };

export async function startLocalCluster(): Promise<LocalCluster> {
  const opened: { close(): Promise<void> | void }[] = [];
  const close = async (): Promise<void> => {
    for (const each of opened.toReversed()) await each.close();
    opened.length = 0;
  };
  try {
    return await start(opened, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(opened: { close(): Promise<void> | void }[], close: () => Promise<void>): Promise<LocalCluster> {
  const apiServer = spawn(apiServerProgram, { stdio: ['ignore', 'pipe', 'inherit'] });
  opened.push({ close: () => end(apiServer) });
  const kubeconfigPath = await firstLine(apiServer);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfigPath);
  const api = await createKubeApi(kubeConfig);
  opened.push(api);
  await installCrds(api);
  for (const name of [systemNamespace, unwatchedNamespace])
    await api.create('/api/v1/namespaces', { metadata: { name } });
  await api.create('/api/v1/nodes', { metadata: { name: 'host' } });

  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  opened.push({ close: () => rm(folder, { recursive: true }) });
  await mkdir(join(folder, 'operator'));
  const account = await mountServiceAccount(api, kubeConfig, {
    name: 'operator',
    namespace: systemNamespace,
    folder: join(folder, 'account'),
  });
  const operatorAddress = `127.0.0.1:${await freePort('127.0.0.1')}`;
  const startOperator = (): Promise<Program> =>
    startProgram('operator', {
      // As Node.js chooses in a container with the memory limit of the chart, 1 GiB.
      NODE_OPTIONS: '--max-old-space-size=512',
      ...account,
      NAMESPACE: systemNamespace,
      POD_NAME: 'operator',
      WATCH_NAMESPACE: 'default',
      GRPC_ADDRESS: operatorAddress,
      TLS_DIR: join(folder, 'operator'),
      NODE_IMAGE: 'parley/sfu-node:bench',
      TURN_IMAGE: 'parley/turn:bench',
      RECORDER_IMAGE: 'parley/recorder:bench',
    });
  let operator = await startOperator();
  opened.push({ close: () => operator.close() });

  const mountSecret: LocalCluster['mountSecret'] = async (namespace, name) => {
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const { data } = await waitFor(`the Secret ${name}`, soon, () => api.get(path));
    const mount = await mkdtemp(join(folder, `${name}-`));
    const files = Object.entries(data ?? {});
    await Promise.all(files.map(([file, text]) => writeFile(join(mount, file), Buffer.from(text, 'base64'))));
    return mount;
  };
  let lastOctet = 0;
  const runPod: LocalCluster['runPod'] = async (name, run) => {
    lastOctet += 1;
    const ip = `127.${(process.pid % 250) + 1}.7.${lastOctet}`;
    await waitFor(`the pod ${name}`, soon, () => api.get(`${podsPath}/${name}`));
    const pod = await run({ name, ip, tlsDir: await mountSecret('default', `${name}-tls`) });
    opened.push(pod);
    const target = { apiVersion: 'v1', kind: 'Node', name: 'host' };
    await api.create(`${podsPath}/${name}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target });
    const conditions = [{ type: 'Ready', status: 'True' }];
    await api.merge(`${podsPath}/${name}/status`, {
      status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions },
    });
    return pod;
  };
  const untilReady: LocalCluster['untilReady'] = async (pool, nodes) => {
    await waitFor(`${nodes} nodes of ${pool} to be ready`, soon, async () => {
      const { status } = await api.get(`${poolsPath}/${pool}`);
      return status?.['readyReplicas'] === nodes ? true : undefined;
    });
  };
  const runPool: LocalCluster['runPool'] = async (pool, run) => {
    await api.create(poolsPath, {
      apiVersion: 'parley.dev/v1alpha1',
      kind: 'SFUPool',
      metadata: { name: pool.name },
      spec: { region: pool.name, replicas: pool.nodes, networking: { mode: 'PodIP' }, capacity, ...pool.spec },
    });
    const names = Array.from({ length: pool.nodes }, (_, index) => `${pool.name}-${index}`);
    const running = await Promise.all(names.map((name) => runPod(name, run)));
    await untilReady(pool.name, pool.nodes);
    return running;
  };
  return {
    api,
    kubeconfigPath,
    get operator() {
      return operator;
    },
    operatorAddress,
    startOperator: async () => (operator = await startOperator()),
    mountSecret,
    runPool,
    runPod,
    untilReady,
    close,
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the API server was started without a pipe');
  const lines = createInterface(child.stdout);
  return new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the API server ended with ${code}`)));
  });
}

async function installCrds(api: KubeApi): Promise<void> {
  for (const file of await readdir(manifests)) {
    for (const manifest of parseAllDocuments(await readFile(join(manifests, file), 'utf8')))
      await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', manifest.toJS() as object);
  }
  await waitFor('the CRDs to be served', soon, async () => [
    await api.get(meetingsPath('default')),
    await api.get(poolsPath),
  ]);
}
