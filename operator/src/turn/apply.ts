import { TURN_POOL_LABEL } from '@parley/crds/labels.js';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import type { CertificateIssuer } from '../certificates/issuer.js';
import { issuePodCertificate } from '../certificates/pod-certificate.js';
import type { NodeImage } from '../core/pool/node-pod.js';
import type { TurnAction } from '../core/turn/plan.js';
import { buildTurnDisruptionBudget, buildTurnNetworkPolicy, mediaPortsOf } from '../core/turn/turn-policies.js';
import { buildTurnPod, type TurnPodInput } from '../core/turn/turn-pod.js';
import type { ObjectWriter } from '../kube/apply.js';
import { KubeError } from '../kube/kube-error.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { Overlay } from '../kube/overlay.js';
import type { NodeCertificates } from '../pools/node-certificates.js';
import { DISRUPTION_BUDGETS } from '../resources/disruption-budget-resource.js';
import { NETWORK_POLICIES } from '../resources/network-policy-resource.js';
import { PODS, type NodePod } from '../resources/pod-resource.js';
import type { ObservedTurn } from './observe.js';
import type { TurnSecrets } from './turn-secrets.js';

export interface ApplyTurnDeps {
  /** What was just made counts before the watch shows it. */
  readonly turnPods: Pick<Overlay<NodePod>, 'recordWritten' | 'recordDeleted'>;
  readonly pools: ObjectCache<SFUPool>;
  readonly writer: ObjectWriter;
  readonly issuer: CertificateIssuer;
  readonly certificates: NodeCertificates;
  readonly turnSecrets: TurnSecrets;
  readonly turnImage: NodeImage;
}

export interface ApplyTurnInput extends Pick<ObservedTurn, 'pods' | 'secret' | 'spec'> {
  readonly pool: SFUPool;
  readonly actions: readonly TurnAction[];
  readonly signal: AbortSignal;
}

/** @returns what the API server said to a pod that it did not take; the rest is done all the same. */
export async function applyTurnPlan(deps: ApplyTurnDeps, input: ApplyTurnInput): Promise<string | undefined> {
  let refusal: string | undefined;
  for (const action of input.actions) refusal = (await applyAction(deps, input, action)) ?? refusal;
  return refusal;
}

/** What guards the servers; they are of no use without any. */
export async function applyTurnPolicies(
  deps: ApplyTurnDeps,
  { pool, spec, signal }: { readonly pool: SFUPool; readonly spec: TurnPodInput['spec']; readonly signal: AbortSignal },
): Promise<void> {
  const mediaPorts = [...deps.pools.values()].map((each) => mediaPortsOf(each.spec));
  await deps.writer.apply(NETWORK_POLICIES, buildTurnNetworkPolicy(pool.metadata, spec, mediaPorts), { signal });
  await deps.writer.apply(DISRUPTION_BUDGETS, buildTurnDisruptionBudget(pool.metadata), { signal });
}

async function applyAction(
  deps: ApplyTurnDeps,
  input: ApplyTurnInput,
  action: TurnAction,
): Promise<string | undefined> {
  const { pool, spec, signal } = input;
  const pod = input.pods.get(action.server);
  switch (action.type) {
    case 'CreateServer':
      return createServer(deps, input, action.server);
    case 'Configure':
      // Of a pool whose Secret is missing it is written when that is there.
      if (pod !== undefined && spec !== undefined && input.secret.type !== 'Missing')
        await deps.turnSecrets.configure({ pod, spec, given: givenOf(input), signal });
      return undefined;
    case 'IssueCertificate': {
      if (pod === undefined) return undefined;
      const labels = { [TURN_POOL_LABEL]: pool.metadata.name };
      const facts = await issuePodCertificate(deps, { role: 'turn', pod, labels, signal });
      if (facts !== undefined) deps.certificates.noteIssued(pod.metadata.uid, facts);
      return undefined;
    }
    case 'DeleteServer': {
      const target = { name: action.server, namespace: pool.metadata.namespace };
      const deleted = await deps.writer.delete(PODS, target, { uid: action.uid, signal });
      if (deleted.outcome === 'Ending') deps.turnPods.recordWritten(deleted.object);
      else if (pod !== undefined) deps.turnPods.recordDeleted(pod);
      return undefined;
    }
  }
}

async function createServer(deps: ApplyTurnDeps, input: ApplyTurnInput, server: string): Promise<string | undefined> {
  const { pool, spec, secret, signal } = input;
  if (spec === undefined) return undefined;
  const pod = buildTurnPod({
    ...{ pool: pool.metadata, spec, server, defaultImage: deps.turnImage },
    secretDigest: secret.type === 'Given' ? secret.digest : '',
  });
  try {
    deps.turnPods.recordWritten(await deps.writer.create(PODS, pod, { signal }));
    return undefined;
  } catch (error) {
    // A quota or an admission policy is in the way: people must see that in the status.
    const isRefused = error instanceof KubeError && ['Invalid', 'Forbidden', 'BadRequest'].includes(error.code);
    if (isRefused) return error.message;
    throw error;
  }
}

function givenOf({ secret }: ApplyTurnInput): string | undefined {
  return secret.type === 'Given' ? secret.secret : undefined;
}
