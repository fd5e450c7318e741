import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { planTurn } from '../core/turn/plan.js';
import type { TurnNeeds } from '../core/turn/recommend.js';
import { isTurnNews, statusOfTurn, type TurnStatusInput, type WrittenTurn } from '../core/turn/turn-status.js';
import type { Reconcile } from '../kube/controller-loop.js';
import { isSameJson } from '../core/status/same-json.js';
import type { ObjectCache } from '../kube/object-cache.js';
import { SFU_POOLS } from '../resources/parley-resources.js';
import type { Overlay } from '../kube/overlay.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { TurnPodIndex } from '../resources/caches.js';
import type { NodePod } from '../resources/pod-resource.js';
import { announceTurnPlan, type AnnounceTurnDeps } from './announce.js';
import { applyTurnPlan, applyTurnPolicies, type ApplyTurnDeps } from './apply.js';
import { observeTurn, type ObservedTurn, type ObserveTurnDeps } from './observe.js';
import type { FedTurnServer, TurnFeed } from './turn-feed.js';

export interface TurnControllerDeps extends ObserveTurnDeps, ApplyTurnDeps, AnnounceTurnDeps {
  readonly turnPods: Overlay<NodePod, TurnPodIndex>;
  readonly pools: ObjectCache<SFUPool>;
  readonly turnFeed: TurnFeed;
  /** Owns other fields of the status than the pool controller's: they write apart. */
  readonly turnStatusWriter: Pick<ObjectWriter, 'applyStatus'>;
}

interface Known {
  needs: TurnNeeds;
  policiesAtMs: number | undefined;
  written: { readonly status: WrittenTurn; readonly atMs: number } | undefined;
}

/** Loads are looked at this often, and secrets of users. */
const LOOK_AGAIN_MS = 10_000;
/** Policies are applied again: someone may have deleted them, and other pools' ports may have come. */
const POLICIES_MS = 600_000;
/** The load alone is written at most this often. */
const LOAD_WRITE_MS = 30_000;

export function createTurnReconciler(deps: TurnControllerDeps): Reconcile {
  const known = new Map<string, Known>();

  return async (key, { signal, log }) => {
    const pool = deps.pools.get(key);
    const isGone = pool === undefined || pool.metadata.deletionTimestamp !== undefined;
    const isIdle = !isGone && pool.spec.turn === undefined && deps.turnPods.byIndex('pool', key).length === 0;
    if (isGone || isIdle) {
      deps.turnFeed.publish(key, []);
      if (!isGone && pool.status?.turn !== undefined) await write(pool, undefined, signal);
      known.delete(key);
      return {};
    }
    if (deps.issuer.authorities().signing === undefined) return { requeueAfterMs: 100 };
    const memory: Known = known.get(key) ?? { needs: [], policiesAtMs: undefined, written: undefined };
    known.set(key, memory);
    const observed = await observeTurn(deps, pool, { needs: memory.needs, signal });
    memory.needs = observed.demand.needs;
    await keepPolicies(memory, pool, observed, signal);
    const plan = planTurn(observed.world);
    // Out of the list first: nobody is to be sent to a server that is about to be deleted.
    const going = new Set(plan.actions.flatMap((action) => (action.type === 'DeleteServer' ? [action.server] : [])));
    deps.turnFeed.publish(key, await fedServers(pool, observed, { going, signal }));
    const { recommendation } = observed.demand;
    announceTurnPlan(deps, { pool, plan, recommendation, log });
    const refusal = await applyTurnPlan(deps, { ...observed, pool, actions: plan.actions, signal });
    await writeStatus(memory, pool, { observed, refusal, signal });
    return { requeueAfterMs: Math.min(plan.requeueAfterMs ?? LOOK_AGAIN_MS, observed.againAfterMs ?? LOOK_AGAIN_MS) };
  };

  async function keepPolicies(
    memory: Known,
    pool: SFUPool,
    { spec }: ObservedTurn,
    signal: AbortSignal,
  ): Promise<void> {
    const nowMs = deps.clock.monotonicMs();
    if (spec === undefined || (memory.policiesAtMs !== undefined && nowMs - memory.policiesAtMs < POLICIES_MS)) return;
    await applyTurnPolicies(deps, { pool, spec, signal });
    memory.policiesAtMs = nowMs;
  }

  /** One whose agent can't be reached for the moment still serves. */
  async function fedServers(
    pool: SFUPool,
    { servers, pods, spec }: ObservedTurn,
    { going, signal }: { readonly going: ReadonlySet<string>; readonly signal: AbortSignal },
  ): Promise<FedTurnServer[]> {
    if (spec === undefined) return [];
    const { namespace } = pool.metadata;
    const usable = servers.filter(({ name, phase, urls }) => {
      const hasPeers = (deps.turnDirectory.report(`${namespace}/${name}`)?.peersVersion ?? '') !== '';
      return (phase === 'Ready' || (phase === 'Unreachable' && hasPeers)) && urls.length > 0 && !going.has(name);
    });
    const fed = await Promise.all(
      usable.map(async ({ name, urls }): Promise<FedTurnServer[]> => {
        const pod = pods.get(name);
        const secret = pod && (await deps.turnSecrets.ofServer(pod, signal));
        if (secret === undefined) return [];
        const { credentialSeconds } = spec.turn;
        return [{ name, namespace, region: spec.region, urls: [...urls], secret, credentialSeconds }];
      }),
    );
    return fed.flat();
  }

  async function writeStatus(
    memory: Known,
    pool: SFUPool,
    { observed, refusal, signal }: { observed: ObservedTurn; refusal: string | undefined; signal: AbortSignal },
  ): Promise<void> {
    const nowMs = deps.clock.nowMs();
    const next = statusOfTurn({
      recommendation: observed.demand.recommendation,
      servers: observed.servers,
      obstacle: obstacleOf(observed, refusal),
      previous: pool.status,
      generation: pool.metadata.generation,
      nowMs,
    });
    const { written } = memory;
    const isNews = written === undefined || isTurnNews(written.status, next);
    const isDue = written !== undefined && deps.clock.monotonicMs() - written.atMs >= LOAD_WRITE_MS;
    if (!isNews && (!isDue || isSameJson(written.status, next))) return;
    await write(pool, next, signal);
    deps.metrics.statusWrites.inc({ kind: 'SFUPool', cause: isNews ? 'Change' : 'Counts' });
    memory.written = { status: next, atMs: deps.clock.monotonicMs() };
  }

  /** Undefined: what was written is taken away. */
  async function write(pool: SFUPool, status: WrittenTurn | undefined, signal: AbortSignal): Promise<void> {
    const { name, namespace } = pool.metadata;
    const desired = { metadata: { name, namespace }, status: status ?? {} };
    await deps.turnStatusWriter.applyStatus(SFU_POOLS, desired, { signal });
  }
}

function obstacleOf({ secret }: ObservedTurn, refusal: string | undefined): TurnStatusInput['obstacle'] {
  if (secret.type === 'Missing') return { reason: 'TurnSecretMissing', detail: secret.detail };
  return refusal === undefined ? undefined : { reason: 'TurnPodRefused', detail: refusal };
}
