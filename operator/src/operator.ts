/** One operator replica: it watches always, leads when it holds the lease, and answers placement calls when it leads. */
import { PlacementService } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { RecordingsService } from '@parley/proto/gen/parley/v1/recordings_pb.js';
import { rpcService, startRpcServer, type RpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials, tlsCredentials, type RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createCertificateIssuer } from './certificates/issuer.js';
import { keepOwnCertificate } from './certificates/own-certificate.js';
import type { OperatorConfig } from './config.js';
import { createObjectWriter } from './kube/apply.js';
import { pause, type Clock } from './kube/clock.js';
import type { ClusterConfig } from './kube/cluster-config.js';
import { createElector, type LeaseTiming } from './kube/elector.js';
import { createEventRecorder } from './kube/event-recorder.js';
import type { KubeClient } from './kube/kube-client.js';
import { createKubeClient } from './kube/kube-http.js';
import { createKubeMetrics } from './kube/metrics.js';
import { lead } from './leader/lead.js';
import { createDrainMetrics } from './metrics/drain-metrics.js';
import { createRebalanceMetrics } from './metrics/rebalance-metrics.js';
import { createOperatorMetrics } from './metrics/operator-metrics.js';
import { createRecordingMetrics } from './metrics/recording-metrics.js';
import { createPlacementHandlers, type PlacementLeader } from './placement/placement-service.js';
import { LEASE_NAME } from './rbac/rules.js';
import { createRecordingsHandlers, type RecordingsLeader } from './recordings/recordings-service.js';
import { createCaches } from './resources/caches.js';

export interface Operator {
  isLeader(): boolean;
  /** Undefined when ready. */
  readonly notReadyBecause: () => string | undefined;
  /** Of the gRPC server; undefined until it listens. */
  readonly grpcPort: () => number | undefined;
  close(): Promise<void>;
}

export interface OperatorDeps {
  readonly config: OperatorConfig;
  readonly kubeConfig: ClusterConfig;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly leaseTiming?: LeaseTiming;
  /** Wraps the client, in tests that watch or disturb what is asked of the API server. */
  readonly wrapClient?: (client: KubeClient) => KubeClient;
}

export const FIELD_MANAGER = 'parley-operator';
/** Of the fields about TURN in a pool's status: its other fields are written apart from them. */
const TURN_FIELD_MANAGER = 'parley-operator-turn';
/** Of what hosts of meetings say of recordings. */
const HOST_FIELD_MANAGER = 'parley-operator-host';
const BIND_RETRY_MS = 1_000;

export function startOperator(deps: OperatorDeps): Operator {
  const { config, clock, random, log } = deps;
  const kubeMetrics = createKubeMetrics(deps.registry);
  const metrics = createOperatorMetrics(deps.registry);
  const drainMetrics = createDrainMetrics(deps.registry);
  const rebalanceMetrics = createRebalanceMetrics(deps.registry);
  const recordingMetrics = createRecordingMetrics(deps.registry);
  const shared = { clock, metrics: kubeMetrics, log };
  const plainClient = createKubeClient({ ...shared, config: deps.kubeConfig, userAgent: 'parley-operator' });
  const client = deps.wrapClient?.(plainClient) ?? plainClient;
  const caches = createCaches({
    ...shared,
    client,
    random,
    watchNamespace: config.watchNamespace,
    ownNamespace: config.namespace,
  });
  const issuer = createCertificateIssuer({ secrets: caches.secrets.cache, namespace: config.namespace, clock });
  const closing = new AbortController();
  const ownCertificate =
    config.tlsDir === undefined
      ? undefined
      : keepOwnCertificate({ folder: config.tlsDir, name: config.podName, issuer, clock, log });
  let credentials: RpcCredentials | undefined;
  const credentialsOf = async (signal: AbortSignal): Promise<RpcCredentials> => {
    await ownCertificate?.ready(signal);
    credentials ??= config.tlsDir === undefined ? insecureCredentials() : tlsCredentials(config.tlsDir);
    return credentials;
  };

  let leader: (PlacementLeader & RecordingsLeader) | undefined;
  const events = createEventRecorder({
    ...shared,
    client,
    reporter: { controller: 'parley.dev/operator', instance: config.podName },
    // Events are for people to read; a thousand meetings at once must not wait behind a thousand of them.
    limits: { overall: { burst: 20, perSecond: 5 } },
  });
  const elector = createElector({
    ...shared,
    client,
    random,
    namespace: config.namespace,
    name: LEASE_NAME,
    identity: config.podName,
    ...(deps.leaseTiming !== undefined && { timing: deps.leaseTiming }),
    lead: (leadership) =>
      lead({ ...leadDeps, kubeMetrics, metrics, drainMetrics, rebalanceMetrics, recordingMetrics }, leadership),
  });
  const writer = createObjectWriter({ client, fieldManager: FIELD_MANAGER, leadership: elector });
  const turnStatusWriter = createObjectWriter({ client, fieldManager: TURN_FIELD_MANAGER, leadership: elector });
  const hostWriter = createObjectWriter({ client, fieldManager: HOST_FIELD_MANAGER, leadership: elector });
  const leadDeps = {
    config,
    caches,
    writer,
    turnStatusWriter,
    hostWriter,
    events,
    issuer,
    credentials: credentialsOf,
    onLeader: (current: (PlacementLeader & RecordingsLeader) | undefined): void => {
      leader = current;
    },
    clock,
    random,
    log,
  };
  let server: RpcServer | undefined;
  const serving = serve();

  async function serve(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        const serverCredentials = await credentialsOf(closing.signal);
        const handlers = createPlacementHandlers({ leader: () => leader, clock, metrics });
        const recordingHandlers = createRecordingsHandlers(() => leader);
        server = await startRpcServer({
          address: config.grpcAddress,
          credentials: serverCredentials,
          services: [
            rpcService({ service: PlacementService, handlers, allow: ['signaling'] }),
            rpcService({ service: RecordingsService, handlers: recordingHandlers, allow: ['signaling'] }),
          ],
        });
        log.info({ port: server.port }, 'the placement service listens');
        return;
      } catch (error) {
        log.error({ err: error }, 'the placement service could not be started and will be tried again');
        await pause(clock, BIND_RETRY_MS, closing.signal);
      }
    }
  }

  return {
    isLeader: () => elector.isLeader(),
    // A standby is ready too: it watches, and can take over at once.
    notReadyBecause: () => {
      if (!caches.hasSynced()) return 'the caches are not complete yet';
      return server === undefined ? 'the placement service does not listen yet' : undefined;
    },
    grpcPort: () => server?.port,
    close: async () => {
      closing.abort();
      await elector.close();
      await serving;
      await server?.close(500);
      await ownCertificate?.close();
      await events.close();
      await caches.close();
      client.close();
    },
  };
}
