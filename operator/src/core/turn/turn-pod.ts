/** The desired pod of one TURN server: coturn, and an agent beside it that starts before it and ends after it. */
import type { V1Container, V1ContainerPort, V1Pod, V1PodSpec, V1Volume } from '@kubernetes/client-node';
import {
  APP_COMPONENT_LABEL,
  APP_MANAGED_BY_LABEL,
  APP_NAME_LABEL,
  REGION_LABEL,
  REVISION_LABEL,
  TURN_POOL_LABEL,
} from '@parley/crds/labels.js';
import type { SFUPoolSpec, TurnSpec } from '@parley/crds/sfu-pool.js';
import { canonical } from '../pool/canonical.js';
import { fingerprintOf } from '../pool/fingerprint.js';
import { ownerReferenceOf, quantities, tlsSecretName, type NodeImage, type PoolOwner } from '../pool/node-pod.js';
import { CLOSE_SECONDS, hardened, hostsOf, networkOf, spreadOf, unprivilegedUser } from '../pool/pod-basics.js';
import { workersOf } from '../pool/workers.js';
import {
  TURN_CONF_POD_KEY,
  turnConfSecretName,
  TURN_DATABASE_PORT,
  TURN_DRAIN_PORT,
  TURN_GRPC_PORT,
  TURN_TELEMETRY_PORT,
} from './turn-names.js';
import { buildTurnserverConf, TURN_REALM } from './turnserver-conf.js';

export interface TurnPodInput {
  readonly pool: PoolOwner;
  readonly spec: SFUPoolSpec & { readonly turn: TurnSpec };
  /** Of the agent; and of coturn in pools that name none. */
  readonly defaultImage: NodeImage;
  readonly server: string;
  /** Of the Secret that credentials are made with, where it is given: another one is another revision. */
  readonly secretDigest: string;
}

const CONF_DIR = '/etc/coturn';
const CERTIFICATE_DIR = '/etc/coturn-tls';
const AGENT_TLS_DIR = '/etc/parley/tls';
const RUN_DIR = '/run/turn';
const FIRST_UNPRIVILEGED_PORT = 1024;
/** Where the host maps its ports to, coturn listens on the usual ones. */
const MAPPED = { port: 3478, tlsPort: 5349 };
const DEFAULT_THREADS = 2;

/** What servers of this pool are made from now. */
export function turnRevisionOf(input: Omit<TurnPodInput, 'server'>): string {
  const parts = { labels: labelsOf(input), spec: podSpec({ ...input, server: '' }), conf: turnConfOf(input.spec, '') };
  return fingerprintOf(JSON.stringify(canonical({ ...parts, secret: input.secretDigest })));
}

export function buildTurnPod(input: TurnPodInput): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: input.server,
      namespace: input.pool.namespace,
      labels: { ...labelsOf(input), [REVISION_LABEL]: turnRevisionOf(input) },
      ownerReferences: [ownerReferenceOf(input.pool)],
    },
    spec: podSpec(input),
  };
}

/** coturn's configuration, with the secret in it. */
export function turnConfOf(spec: TurnPodInput['spec'], secret: string): string {
  const { turn } = spec;
  const listeners = listenersOf(spec);
  return buildTurnserverConf({
    secret,
    ...listeners,
    threads: turn.resources === undefined ? DEFAULT_THREADS : workersOf({ template: { ...spec.template, ...turn } }),
    quotas: turn.quotas,
    limits: turn.limits,
    folders: { run: RUN_DIR, certificate: CERTIFICATE_DIR },
    databasePort: TURN_DATABASE_PORT,
  });
}

/** On which ports coturn listens in its pod. */
export function listenersOf({ turn, networking }: TurnPodInput['spec']): {
  readonly port: number;
  readonly tlsPort: number | undefined;
} {
  const isMapped = networking.mode === 'HostPort';
  const tlsPort = isMapped ? MAPPED.tlsPort : turn.tls?.port;
  return { port: isMapped ? MAPPED.port : turn.port, tlsPort: turn.tls === undefined ? undefined : tlsPort };
}

function labelsOf({ pool, spec }: Omit<TurnPodInput, 'server'>): Record<string, string> {
  return {
    [APP_NAME_LABEL]: 'parley',
    [APP_COMPONENT_LABEL]: 'turn',
    [APP_MANAGED_BY_LABEL]: 'parley-operator',
    [TURN_POOL_LABEL]: pool.name,
    [REGION_LABEL]: spec.region,
  };
}

function podSpec(input: TurnPodInput): V1PodSpec {
  const { pool, spec } = input;
  const { template, turn } = spec;
  const listeners = listenersOf(spec);
  const needsLowPort = Math.min(listeners.port, listeners.tlsPort ?? listeners.port) < FIRST_UNPRIVILEGED_PORT;
  return {
    ...networkOf(spec),
    // The agent tells coturn's process of a renewed certificate.
    shareProcessNamespace: true,
    ...hostsOf(spec),
    ...(template.priorityClassName !== undefined && { priorityClassName: template.priorityClassName }),
    terminationGracePeriodSeconds: turn.drainDeadlineSeconds + CLOSE_SECONDS,
    topologySpreadConstraints: spreadOf({ [TURN_POOL_LABEL]: pool.name }),
    securityContext: {
      ...unprivilegedUser(),
      ...(needsLowPort && { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] }),
    },
    initContainers: [buildAgent(input)],
    containers: [buildCoturn(input)],
    volumes: volumesOf(input),
  };
}

function buildCoturn({ spec, defaultImage }: TurnPodInput): V1Container {
  const { turn } = spec;
  const { pullPolicy } = defaultImage;
  return {
    name: 'coturn',
    image: turn.image ?? defaultImage.name,
    ...(turn.image === undefined && pullPolicy !== undefined && { imagePullPolicy: pullPolicy }),
    command: ['turnserver', '-c', `${CONF_DIR}/turnserver.conf`],
    ports: listenerPorts(spec),
    ...(turn.resources !== undefined && { resources: quantities(turn.resources) }),
    readinessProbe: { tcpSocket: { port: 'turn-tcp' }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
    livenessProbe: { tcpSocket: { port: 'turn-tcp' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    // Until no client is there any more, or the grace period is over.
    lifecycle: { preStop: { httpGet: { path: '/drained', port: TURN_DRAIN_PORT } } },
    // The upstream image's program asks for this capability by its file, and could not be started without.
    securityContext: hardened(turn.image === undefined ? [] : ['NET_BIND_SERVICE']),
    volumeMounts: [
      { name: 'conf', mountPath: CONF_DIR, readOnly: true },
      ...(turn.tls === undefined ? [] : [{ name: 'certificate', mountPath: CERTIFICATE_DIR, readOnly: true }]),
      { name: 'run', mountPath: RUN_DIR },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** A sidecar: `restartPolicy` of an init container. */
function buildAgent({ spec, defaultImage, server }: TurnPodInput): V1Container {
  const hasHostNetwork = spec.networking.mode === 'HostNetwork';
  const port = (name: string, containerPort: number): V1ContainerPort => ({
    ...{ name, containerPort, protocol: 'TCP' },
    ...(hasHostNetwork && { hostPort: containerPort }),
  });
  return {
    name: 'agent',
    image: defaultImage.name,
    ...(defaultImage.pullPolicy !== undefined && { imagePullPolicy: defaultImage.pullPolicy }),
    restartPolicy: 'Always',
    env: [
      { name: 'NODE_ENV', value: 'production' },
      { name: 'TURN_NAME', value: server },
      { name: 'TURN_REALM', value: TURN_REALM },
      { name: 'GRPC_ADDRESS', value: `0.0.0.0:${String(TURN_GRPC_PORT)}` },
      { name: 'TELEMETRY_PORT', value: String(TURN_TELEMETRY_PORT) },
      { name: 'DRAIN_PORT', value: String(TURN_DRAIN_PORT) },
      { name: 'DATABASE_PORT', value: String(TURN_DATABASE_PORT) },
      { name: 'TLS_DIR', value: AGENT_TLS_DIR },
      { name: 'RUN_DIR', value: RUN_DIR },
      { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
      { name: 'CONF_POD_FILE', value: `${CONF_DIR}/${TURN_CONF_POD_KEY}` },
      ...(spec.turn.tls === undefined ? [] : [{ name: 'CERTIFICATE_DIR', value: CERTIFICATE_DIR }]),
    ],
    ports: [port('grpc', TURN_GRPC_PORT), port('telemetry', TURN_TELEMETRY_PORT), port('drain', TURN_DRAIN_PORT)],
    // coturn asks it for its peers when it starts; and it waits for the configuration that is this pod's.
    startupProbe: { httpGet: { path: '/healthz', port: TURN_TELEMETRY_PORT }, periodSeconds: 1, failureThreshold: 60 },
    securityContext: hardened(),
    volumeMounts: [
      { name: 'conf', mountPath: CONF_DIR, readOnly: true },
      { name: 'agent-tls', mountPath: AGENT_TLS_DIR, readOnly: true },
      ...(spec.turn.tls === undefined ? [] : [{ name: 'certificate', mountPath: CERTIFICATE_DIR, readOnly: true }]),
      { name: 'run', mountPath: RUN_DIR },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

function listenerPorts(spec: TurnPodInput['spec']): V1ContainerPort[] {
  const { port, tlsPort } = listenersOf(spec);
  const host = (hostPort: number): { hostPort?: number } => (spec.networking.mode === 'PodIP' ? {} : { hostPort });
  return [
    { name: 'turn-udp', containerPort: port, protocol: 'UDP', ...host(spec.turn.port) },
    { name: 'turn-tcp', containerPort: port, protocol: 'TCP', ...host(spec.turn.port) },
    ...(tlsPort === undefined
      ? []
      : [{ name: 'turn-tls', containerPort: tlsPort, protocol: 'TCP', ...host(spec.turn.tls?.port ?? tlsPort) }]),
  ];
}

function volumesOf({ spec, server }: TurnPodInput): V1Volume[] {
  const secret = (name: string, secretName: string): V1Volume => ({ name, secret: { secretName, defaultMode: 0o440 } });
  return [
    {
      name: 'conf',
      secret: {
        ...{ secretName: turnConfSecretName(server), defaultMode: 0o440 },
        items: ['turnserver.conf', TURN_CONF_POD_KEY].map((key) => ({ key, path: key })),
      },
    },
    secret('agent-tls', tlsSecretName(server)),
    ...(spec.turn.tls === undefined ? [] : [secret('certificate', spec.turn.tls.secretRef.name)]),
    { name: 'run', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
  ];
}
