/** The desired pod of one node. The same input gives the same bytes: its fingerprint is the pool's revision. */
import type {
  V1Container,
  V1ContainerPort,
  V1EnvVar,
  V1ObjectMeta,
  V1Pod,
  V1PodSpec,
  V1ResourceRequirements,
} from '@kubernetes/client-node';
import { API_VERSION } from '@parley/crds/api-group.js';
import {
  APP_COMPONENT_LABEL,
  APP_MANAGED_BY_LABEL,
  APP_NAME_LABEL,
  NODE_LABEL,
  POOL_LABEL,
  REGION_LABEL,
  REVISION_LABEL,
} from '@parley/crds/labels.js';
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import { canonical } from './canonical.js';
import { fingerprintOf } from './fingerprint.js';
import { CLOSE_SECONDS, hardened, hostsOf, networkOf, spreadOf, unprivilegedUser } from './pod-basics.js';
import { workersOf } from './workers.js';

export const GRPC_PORT = 7000;
const TELEMETRY_PORT = 9090;
const TLS_DIR = '/etc/parley/tls';

export interface PoolOwner {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

/** The image that came with the operator. */
export interface NodeImage {
  readonly name: string;
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never' | undefined;
}

export interface NodePodInput {
  readonly pool: PoolOwner;
  readonly spec: SFUPoolSpec;
  /** Of pools that name none. */
  readonly defaultImage: NodeImage;
  readonly node: string;
}

/** What pods of this pool are made from now. */
export function revisionOf(input: Omit<NodePodInput, 'node'>): string {
  return fingerprintOf(JSON.stringify(canonical(podParts({ ...input, node: '' }))));
}

export function buildNodePod(input: NodePodInput): V1Pod {
  const { metadata, spec } = podParts(input);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [REVISION_LABEL]: revisionOf(input) },
      ownerReferences: [ownerReferenceOf(input.pool)],
    },
    spec,
  };
}

/** Kubernetes deletes what a pool owns with it. Without `blockOwnerDeletion`: that would need a right of its own. */
export function ownerReferenceOf(pool: PoolOwner): NonNullable<V1ObjectMeta['ownerReferences']>[number] {
  return { apiVersion: API_VERSION, kind: 'SFUPool', name: pool.name, uid: pool.uid, controller: true };
}

export function tlsSecretName(node: string): string {
  return `${node}-tls`;
}

interface PodParts {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
  readonly spec: V1PodSpec;
}

function podParts(input: NodePodInput): PodParts {
  const { pool, spec, node } = input;
  const { template } = spec;
  return {
    metadata: {
      name: node,
      namespace: pool.namespace,
      labels: {
        ...template.labels,
        [APP_NAME_LABEL]: 'parley',
        [APP_COMPONENT_LABEL]: 'sfu-node',
        [APP_MANAGED_BY_LABEL]: 'parley-operator',
        [POOL_LABEL]: pool.name,
        [NODE_LABEL]: node,
        [REGION_LABEL]: spec.region,
      },
      annotations: { ...template.annotations },
    },
    spec: {
      ...networkOf(spec),
      ...hostsOf(spec),
      ...(template.affinity !== undefined && { affinity: template.affinity }),
      ...(template.priorityClassName !== undefined && { priorityClassName: template.priorityClassName }),
      terminationGracePeriodSeconds: template.terminationGracePeriodSeconds,
      topologySpreadConstraints: spreadOf({ [POOL_LABEL]: pool.name }),
      securityContext: unprivilegedUser(),
      containers: [buildContainer(input)],
      volumes: [
        { name: 'tls', secret: { secretName: tlsSecretName(node), defaultMode: 0o440 } },
        { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      ],
    },
  };
}

function buildContainer(input: NodePodInput): V1Container {
  const { template } = input.spec;
  const ownPolicy = template.image === undefined ? input.defaultImage.pullPolicy : undefined;
  const imagePullPolicy = template.imagePullPolicy ?? ownPolicy;
  return {
    name: 'sfu-node',
    image: template.image ?? input.defaultImage.name,
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    env: envOf(input.spec),
    ports: portsOf(input.spec),
    ...(template.resources !== undefined && { resources: quantities(template.resources) }),
    livenessProbe: {
      httpGet: { path: '/healthz', port: 'telemetry' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
    readinessProbe: {
      httpGet: { path: '/readyz', port: 'telemetry' },
      periodSeconds: 2,
      timeoutSeconds: 2,
      failureThreshold: 3,
    },
    securityContext: hardened(),
    volumeMounts: [
      { name: 'tls', mountPath: TLS_DIR, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

function envOf(spec: SFUPoolSpec): V1EnvVar[] {
  const { networking, capacity } = spec;
  const own: V1EnvVar[] = [
    { name: 'NODE_ENV', value: 'production' },
    { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: 'GRPC_ADDRESS', value: `0.0.0.0:${String(GRPC_PORT)}` },
    { name: 'TELEMETRY_PORT', value: String(TELEMETRY_PORT) },
    { name: 'TLS_DIR', value: TLS_DIR },
    { name: 'RTC_PORT', value: String(networking.rtcPort) },
    { name: 'RELAY_PORT_MIN', value: String(networking.relayPorts.first) },
    { name: 'RELAY_PORT_MAX', value: String(networking.relayPorts.last) },
    { name: 'WORKERS', value: String(workersOf(spec)) },
    {
      name: 'DRAIN_SECONDS',
      value: String(Math.max(0, spec.template.terminationGracePeriodSeconds - CLOSE_SECONDS)),
    },
    { name: 'CAPACITY_PARTICIPANTS', value: String(capacity.participants) },
    { name: 'CAPACITY_CONSUMERS', value: String(capacity.consumers) },
  ];
  const taken = new Set(own.map(({ name }) => name));
  return [...own, ...(spec.template.env ?? []).filter(({ name }) => !taken.has(name))];
}

function portsOf(spec: SFUPoolSpec): V1ContainerPort[] {
  const { mode, rtcPort } = spec.networking;
  const rtc = Array.from({ length: workersOf(spec) }, (_, worker) => rtcPort + worker).flatMap((port, worker) =>
    (['UDP', 'TCP'] as const).map((protocol) => ({
      name: `rtc-${protocol.toLowerCase()}-${String(worker)}`,
      containerPort: port,
      protocol,
      ...(mode !== 'PodIP' && { hostPort: port }),
    })),
  );
  const own = [
    { name: 'grpc', containerPort: GRPC_PORT },
    { name: 'telemetry', containerPort: TELEMETRY_PORT },
  ].map((port) => ({ ...port, protocol: 'TCP', ...(mode === 'HostNetwork' && { hostPort: port.containerPort }) }));
  return [...own, ...rtc];
}

export function quantities(resources: NonNullable<SFUPoolSpec['template']['resources']>): V1ResourceRequirements {
  const asText = (amounts: Readonly<Record<string, string | number>>): Record<string, string> =>
    Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, String(amount)]));
  return {
    ...(resources.requests !== undefined && { requests: asText(resources.requests) }),
    ...(resources.limits !== undefined && { limits: asText(resources.limits) }),
  };
}
