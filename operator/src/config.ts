/** The environment of the operator, parsed once. */
import { logLevel, parseEnvironment, port } from '@parley/process/environment.js';
import type { LogLevel } from '@parley/process/log.js';
import { z } from 'zod';
import type { NodeImage } from './core/pool/node-pod.js';
import type { ServiceAccount } from './kube/cluster-config.js';

export interface OperatorConfig {
  /** The operator's own. */
  readonly namespace: string;
  readonly podName: string;
  /** Where SFUPools and Meetings are looked for; undefined: everywhere. */
  readonly watchNamespace: string | undefined;
  /** Undefined: topologies are not written to Redis. */
  readonly redisUrl: string | undefined;
  /** Of the pod that this runs in; undefined: outside a cluster, or KUBECONFIG says otherwise. */
  readonly serviceAccount: ServiceAccount | undefined;
  readonly grpcAddress: string;
  /** A folder that this replica writes its own certificate to; undefined: without TLS, in tests only. */
  readonly tlsDir: string | undefined;
  /** Of pools that name none. */
  readonly nodeImage: NodeImage;
  /** Of TURN servers: coturn, unless their pool names another, and the agent beside it. */
  readonly turnImage: NodeImage;
  readonly recorderImage: NodeImage;
  /** Names of Secrets, in the namespaces of RecordingJobs, that its image is pulled with. */
  readonly recorderPullSecrets: readonly string[];
  /** RecordingJobs at once. */
  readonly recordingLimits: { readonly perNamespace: number; readonly overall: number };
  /** Of join links, without a slash at the end; empty: no links in statuses. */
  readonly publicUrl: string;
  /** Base URLs of Prometheus servers that pools' queries may be sent to; no other is asked. */
  readonly prometheusServers: readonly string[];
  readonly logLevel: LogLevel;
  readonly telemetryPort: number;
  readonly otlpEndpoint: string | undefined;
}

const schema = z.object({
  NAMESPACE: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace'),
  POD_NAME: z.string().min(1),
  WATCH_NAMESPACE: z.string().optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  KUBECONFIG: z.string().optional(),
  KUBERNETES_SERVICE_HOST: z.string().min(1).optional(),
  KUBERNETES_SERVICE_PORT: z.string().default('443'),
  SERVICE_ACCOUNT_DIR: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount'),
  GRPC_ADDRESS: z.string().default('0.0.0.0:7001'),
  TLS_DIR: z.string().default('/tmp/parley-tls'),
  NODE_IMAGE: z.string().min(1),
  TURN_IMAGE: z.string().min(1),
  RECORDER_IMAGE: z.string().min(1),
  RECORDER_PULL_SECRETS: z
    .string()
    .transform((text) => text.split(/\s+/).filter((name) => name !== ''))
    .default([]),
  RECORDINGS_PER_NAMESPACE: z.coerce.number().int().min(0).max(100_000).default(20),
  RECORDINGS_OVERALL: z.coerce.number().int().min(0).max(100_000).default(200),
  NODE_IMAGE_PULL_POLICY: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  PROMETHEUS_SERVERS: z
    .string()
    .transform((text) => text.split(/\s+/).filter((url) => url !== ''))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).max(32))
    .default([]),
  LOG_LEVEL: logLevel,
  TELEMETRY_PORT: port.default(9_090),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});

/** @throws EnvironmentError that names each wrong variable. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): OperatorConfig {
  const env = parseEnvironment(schema, environment);
  return {
    namespace: env.NAMESPACE,
    podName: env.POD_NAME,
    watchNamespace: env.WATCH_NAMESPACE,
    redisUrl: env.REDIS_URL,
    serviceAccount: serviceAccountOf(env),
    grpcAddress: env.GRPC_ADDRESS,
    tlsDir: env.TLS_DIR,
    nodeImage: { name: env.NODE_IMAGE, pullPolicy: env.NODE_IMAGE_PULL_POLICY },
    turnImage: { name: env.TURN_IMAGE, pullPolicy: env.NODE_IMAGE_PULL_POLICY },
    recorderImage: { name: env.RECORDER_IMAGE, pullPolicy: env.NODE_IMAGE_PULL_POLICY },
    recorderPullSecrets: env.RECORDER_PULL_SECRETS,
    recordingLimits: { perNamespace: env.RECORDINGS_PER_NAMESPACE, overall: env.RECORDINGS_OVERALL },
    publicUrl: (env.PUBLIC_URL ?? '').replace(/\/+$/, ''),
    prometheusServers: env.PROMETHEUS_SERVERS,
    logLevel: env.LOG_LEVEL,
    telemetryPort: env.TELEMETRY_PORT,
    otlpEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

function serviceAccountOf(env: z.infer<typeof schema>): ServiceAccount | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, SERVICE_ACCOUNT_DIR: folder } = env;
  return host === undefined || env.KUBECONFIG !== undefined ? undefined : { host, port, folder };
}
