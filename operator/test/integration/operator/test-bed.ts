import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { KubeConfig } from '@kubernetes/client-node';
import type { RpcCredentials } from '@parley/proto/tls.js';
import { Registry } from 'prom-client';
import { systemClock, type Clock } from '../../../src/kube/clock.js';
import type { LeaseTiming } from '../../../src/kube/elector.js';
import type { KubeClient } from '../../../src/kube/kube-client.js';
import type { OperatorConfig } from '../../../src/config.js';
import { nextLoopbackAddress, startFakeNode, type FakeNode } from '../../../src/nodes/testing/fake-node.js';
import { startOperator, type Operator } from '../../../src/operator.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import {
  createClusterClient,
  eventually,
  installCrds,
  testLog,
  type ClusterClient,
  type KubeJson,
} from './cluster-client.js';

export const OWN_NAMESPACE = 'parley-system';
const POOLS = '/apis/parley.dev/v1alpha1/namespaces/default/sfupools';
const MEETINGS = '/apis/parley.dev/v1alpha1/namespaces/default/meetings';
export const PODS = '/api/v1/namespaces/default/pods';
export const paths = {
  pool: (name: string): string => `${POOLS}/${name}`,
  meeting: (name: string): string => `${MEETINGS}/${name}`,
  pod: (name: string): string => `${PODS}/${name}`,
};

/** A real API server with Parley's CRDs; the test plays scheduler and kubelet, and fake nodes play the pods. */
export interface TestBed {
  readonly server: ApiServer;
  readonly cluster: ClusterClient;
  readonly nodes: ReadonlyMap<string, FakeNode>;
  startOperator(options?: OperatorOptions): Operator;
  createHost(name: string, metadata?: object): Promise<void>;
  createPool(name: string, spec: object): Promise<KubeJson>;
  createMeeting(name: string, spec?: object): Promise<{ readonly id: string; readonly uid: string }>;
  /** Waits for the pod, and runs it: a host, an address, a fake node behind it, Ready. */
  runPod(name: string, options?: RunPodOptions): Promise<FakeNode>;
  /** Its process dies and is started again, in the same pod: it has forgotten everything. Without TLS. */
  restartNode(name: string): Promise<FakeNode>;
  pool(name: string): Promise<KubeJson>;
  meeting(name: string): Promise<KubeJson>;
  close(): Promise<void>;
}

export interface RunPodOptions {
  /** `host-a` unless given. */
  readonly host?: string;
  /** Without TLS unless given. */
  readonly credentials?: () => Promise<RpcCredentials>;
}

export interface OperatorOptions {
  readonly podName?: string;
  readonly kubeConfig?: KubeConfig;
  readonly redisUrl?: string;
  readonly config?: Partial<OperatorConfig>;
  readonly leaseTiming?: LeaseTiming;
  readonly clock?: Clock;
  readonly wrapClient?: (client: KubeClient) => KubeClient;
}

export async function createTestBed(...flags: string[]): Promise<TestBed> {
  const server = await startApiServer(...flags);
  const cluster = createClusterClient(server.kubeConfig);
  await installCrds(cluster);
  await cluster.create('/api/v1/namespaces', { metadata: { name: OWN_NAMESPACE } });
  const nodes = new Map<string, FakeNode>();
  const operators = new Set<Operator>();

  const need = async (path: string): Promise<KubeJson> => {
    const object = await cluster.get(path);
    if (object === undefined) throw new Error(`there is no ${path}`);
    return object;
  };
  return {
    server,
    cluster,
    nodes,
    startOperator: (options = {}) => {
      const operator = startOperator({
        config: {
          namespace: OWN_NAMESPACE,
          podName: options.podName ?? 'operator-0',
          watchNamespace: undefined,
          redisUrl: options.redisUrl,
          serviceAccount: undefined,
          grpcAddress: '127.0.0.1:0',
          tlsDir: undefined,
          nodeImage: { name: 'parley/sfu-node:test', pullPolicy: undefined },
          turnImage: { name: 'parley/turn:test', pullPolicy: undefined },
          recorderImage: { name: 'parley/recorder:test', pullPolicy: undefined },
          recorderPullSecrets: [],
          recordingLimits: { perNamespace: 20, overall: 200 },
          publicUrl: 'https://meet.example.com',
          prometheusServers: [],
          logLevel: 'info',
          telemetryPort: 0,
          otlpEndpoint: undefined,
          ...options.config,
        },
        kubeConfig: options.kubeConfig ?? server.kubeConfig,
        registry: new Registry(),
        clock: options.clock ?? systemClock,
        random: Math.random,
        log: testLog,
        ...(options.leaseTiming !== undefined && { leaseTiming: options.leaseTiming }),
        ...(options.wrapClient !== undefined && { wrapClient: options.wrapClient }),
      });
      operators.add(operator);
      return operator;
    },
    createHost: async (name, metadata = {}) => {
      await cluster.create('/api/v1/nodes', { metadata: { name, ...metadata } });
      await cluster.merge(`/api/v1/nodes/${name}/status`, {
        status: {
          addresses: [
            { type: 'InternalIP', address: '10.1.0.1' },
            { type: 'Hostname', address: name },
          ],
        },
      });
    },
    createPool: (name, spec) =>
      cluster.create(POOLS, { apiVersion: 'parley.dev/v1alpha1', kind: 'SFUPool', metadata: { name }, spec }),
    createMeeting: async (name, spec = {}) => {
      const created = await cluster.create(MEETINGS, {
        apiVersion: 'parley.dev/v1alpha1',
        kind: 'Meeting',
        metadata: { name },
        spec,
      });
      return { id: meetingIdOf(created.metadata.uid), uid: created.metadata.uid };
    },
    runPod: async (name, options = {}) => {
      await eventually(() => need(paths.pod(name)));
      const credentials = await options.credentials?.();
      const node = await startFakeNode({
        name,
        ip: nextLoopbackAddress(),
        ...(credentials !== undefined && { credentials }),
      });
      nodes.set(name, node);
      await cluster.create(`${paths.pod(name)}/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name },
        target: { apiVersion: 'v1', kind: 'Node', name: options.host ?? 'host-a' },
      });
      await cluster.merge(`${paths.pod(name)}/status`, {
        status: {
          phase: 'Running',
          podIP: node.ip,
          podIPs: [{ ip: node.ip }],
          conditions: [{ type: 'Ready', status: 'True' }],
        },
      });
      return node;
    },
    restartNode: async (name) => {
      const before = nodes.get(name);
      if (before === undefined) throw new Error(`there is no node ${name}`);
      await before.close();
      const node = await startFakeNode({ name, ip: before.ip });
      nodes.set(name, node);
      return node;
    },
    pool: (name) => need(paths.pool(name)),
    meeting: (name) => need(paths.meeting(name)),
    close: async () => {
      await Promise.all([...operators].map((operator) => operator.close()));
      await Promise.all([...nodes.values()].map((node) => node.close()));
      cluster.close();
      await server.close();
    },
  };
}
