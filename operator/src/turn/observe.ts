import { REVISION_LABEL } from '@parley/crds/labels.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { announcedAddressesOf } from '../core/pool/announced-addresses.js';
import { nodeStateOf, type NodeState } from '../core/pool/node-phase.js';
import type { NodeImage } from '../core/pool/node-pod.js';
import { recommendTurnServers, type TurnDemand, type TurnNeeds } from '../core/turn/recommend.js';
import { turnRevisionOf, type TurnPodInput } from '../core/turn/turn-pod.js';
import { turnPhaseOf, type ServerFacts } from '../core/turn/turn-status.js';
import { turnUrlsOf } from '../core/turn/turn-urls.js';
import type { TurnWorld } from '../core/turn/world.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import { isReady } from '../nodes/node-views.js';
import type { NodeCertificates } from '../pools/node-certificates.js';
import type { TurnPodIndex } from '../resources/caches.js';
import type { Host } from '../resources/host-resource.js';
import type { NodePod } from '../resources/pod-resource.js';
import type { TurnDirectory } from './turn-directory.js';
import type { PoolSecret, TurnSecrets } from './turn-secrets.js';

export interface ObserveTurnDeps {
  readonly turnPods: ObjectCache<NodePod, TurnPodIndex>;
  readonly hosts: ObjectCache<Host>;
  readonly turnDirectory: TurnDirectory;
  readonly turnSecrets: TurnSecrets;
  readonly certificates: NodeCertificates;
  readonly turnImage: NodeImage;
  readonly clock: Clock;
}

export interface ObservedTurn {
  readonly world: TurnWorld;
  readonly demand: TurnDemand;
  readonly secret: PoolSecret;
  readonly servers: readonly ServerFacts[];
  readonly pods: ReadonlyMap<string, NodePod>;
  /** The spec of a pool that has TURN servers. */
  readonly spec: TurnPodInput['spec'] | undefined;
  /** When to look again, as not all certificates could be read this time. */
  readonly againAfterMs: number | undefined;
}

const NONE: TurnDemand = { recommendation: { desired: 0, reason: 'TurnReplicas' }, needs: [] };

export async function observeTurn(
  deps: ObserveTurnDeps,
  pool: SFUPool,
  { needs, signal }: { readonly needs: TurnNeeds; readonly signal: AbortSignal },
): Promise<ObservedTurn> {
  const spec = turnSpecOf(pool);
  const pods = deps.turnPods.byIndex('pool', objectKey(pool.metadata));
  const live = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const servers = pods.map((pod) => factsOf(deps, pool, pod));
  const [secret, { certificates, againAfterMs }, configured] = await Promise.all([
    deps.turnSecrets.ofPool(pool, signal),
    deps.certificates.observe(live, signal),
    Promise.all(live.map((pod) => deps.turnSecrets.ofServer(pod, signal))),
  ]);
  const isConfigured = new Set(live.filter((_, index) => configured[index] !== undefined));
  const states = new Map(certificates.map(({ node, state }) => [node, state]));
  const nowMs = deps.clock.nowMs();
  const load = {
    allocations: sum(servers, ({ allocations }) => allocations),
    bytesPerSecond: sum(servers, ({ bytesPerSecond }) => bytesPerSecond),
  };
  const demand =
    spec === undefined ? NONE : recommendTurnServers({ spec: spec.turn, load, needs, current: live.length, nowMs });
  return {
    ...{ demand, secret, servers, spec, againAfterMs },
    pods: new Map(pods.map((pod) => [pod.metadata.name, pod])),
    world: {
      pool: pool.metadata.name,
      desired: demand.recommendation.desired,
      revision: spec && revisionOf(deps, pool, { spec, secret }),
      servers: pods.map((pod, index) => ({
        name: pod.metadata.name,
        uid: pod.metadata.uid,
        revision: pod.metadata.labels[REVISION_LABEL] ?? '',
        phase: servers[index]?.phase ?? 'Pending',
        createdAtMs: Date.parse(pod.metadata.creationTimestamp),
        allocations: servers[index]?.allocations ?? 0,
        isConfigured: isConfigured.has(pod),
        certificate: states.get(pod.metadata.name) ?? 'CertificateMissing',
      })),
      nowMs,
    },
  };
}

export function turnSpecOf({ spec }: SFUPool): TurnPodInput['spec'] | undefined {
  return spec.turn === undefined ? undefined : { ...spec, turn: spec.turn };
}

function revisionOf(
  { turnImage }: ObserveTurnDeps,
  { metadata }: SFUPool,
  { spec, secret }: { readonly spec: TurnPodInput['spec']; readonly secret: PoolSecret },
): string | undefined {
  if (secret.type === 'Missing') return undefined;
  const secretDigest = secret.type === 'Given' ? secret.digest : '';
  return turnRevisionOf({ pool: metadata, spec, defaultImage: turnImage, secretDigest });
}

function factsOf(deps: ObserveTurnDeps, pool: SFUPool, pod: NodePod): ServerFacts {
  const key = objectKey(pod.metadata);
  const addresses = addressesOf(deps, pool, pod);
  const state = stateOf(deps, pod, addresses);
  const report = deps.turnDirectory.report(key);
  return {
    ...{ name: pod.metadata.name, phase: turnPhaseOf(state), state, host: pod.spec.nodeName },
    urls: pool.spec.turn === undefined ? [] : turnUrlsOf(pool.spec.turn, addresses),
    allocations: report?.allocations ?? 0,
    bytesPerSecond: (report?.ingressBytesPerSecond ?? 0) + (report?.egressBytesPerSecond ?? 0),
  };
}

function addressesOf({ hosts }: ObserveTurnDeps, { spec }: SFUPool, pod: NodePod): readonly string[] {
  const host = pod.spec.nodeName === undefined ? undefined : hosts.get(pod.spec.nodeName);
  return announcedAddressesOf({
    networking: spec.networking,
    podIP: pod.status.podIP,
    host: host && { annotations: host.metadata.annotations, addresses: host.status.addresses },
  });
}

/** Ready once its agent has been told the peers: before that it would refuse them all. */
function stateOf({ turnDirectory }: ObserveTurnDeps, pod: NodePod, addresses: readonly string[]): NodeState {
  const key = objectKey(pod.metadata);
  const scheduled = pod.status.conditions.find(({ type }) => type === 'PodScheduled');
  const waiting = pod.status.containerStatuses[0]?.state?.waiting;
  return nodeStateOf({
    deleting: pod.metadata.deletionTimestamp !== undefined,
    phase: pod.status.phase,
    scheduled: pod.spec.nodeName !== undefined,
    unschedulableMessage: scheduled?.reason === 'Unschedulable' ? (scheduled.message ?? '') : undefined,
    ready: isReady(pod),
    waitingReason: waiting?.reason,
    waitingMessage: waiting?.message,
    announcedAddresses: addresses,
    reachable: turnDirectory.isLive(key) && (turnDirectory.report(key)?.peersVersion ?? '') !== '',
  });
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
