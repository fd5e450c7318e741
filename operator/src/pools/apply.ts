import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { NODE_LABEL, POOL_LABEL } from '@parley/crds/labels.js';
import type { CertificateIssuer } from '../certificates/issuer.js';
import { issuePodCertificate } from '../certificates/pod-certificate.js';
import { buildDisruptionBudget } from '../core/pool/disruption-budget.js';
import { buildNodePod, type NodeImage } from '../core/pool/node-pod.js';
import type { DrainAction, PoolAction } from '../core/pool/plan.js';
import type { DesiredObject, ObjectWriter } from '../kube/apply.js';
import type { Overlay } from '../kube/overlay.js';
import { atOnce } from '../kube/at-once.js';
import { KubeError } from '../kube/kube-error.js';
import { objectKey } from '../kube/kube-resource.js';
import type { MeetingStore } from '../meetings/meeting-store.js';
import type { Departures, NodePodRef } from '../nodes/departures.js';
import type { DrainingNodes } from '../nodes/draining-nodes.js';
import { DISRUPTION_BUDGETS } from '../resources/disruption-budget-resource.js';
import { PODS, type NodePod } from '../resources/pod-resource.js';
import type { NodeCertificates } from './node-certificates.js';
import { buildPodDrain } from './pod-drain.js';

export interface ApplyPoolDeps {
  /** What was just made counts before the watch shows it. */
  readonly pods: Pick<Overlay<NodePod>, 'recordWritten'>;
  readonly writer: ObjectWriter;
  readonly issuer: CertificateIssuer;
  readonly certificates: NodeCertificates;
  readonly draining: Pick<DrainingNodes, 'noteWritten'>;
  readonly departures: Departures;
  readonly store: Pick<MeetingStore, 'get'>;
  readonly defaultImage: NodeImage;
  /** Meetings are to look for another node, or may use this one again. */
  readonly onNodeChanged: (node: string) => void;
  /** A meeting, by its key, is to leave a node. */
  readonly onDeparture: (meeting: string) => void;
}

export interface ApplyPoolInput {
  readonly pool: SFUPool;
  readonly actions: readonly PoolAction[];
  readonly pods: ReadonlyMap<string, NodePod>;
  readonly signal: AbortSignal;
}

/** A pod whose people could not be moved in time has so long to close. */
const OVERDUE_GRACE_SECONDS = 10;

/** A pool of hundreds of nodes is made within one reconcile's deadline, and does not take all of the API server. */
const ACTIONS_AT_ONCE = 16;

/** @returns what the API server said to a pod that it did not take; the rest but for further pods is done all the same. */
export async function applyPoolPlan(deps: ApplyPoolDeps, input: ApplyPoolInput): Promise<string | undefined> {
  let refusal: string | undefined;
  await atOnce(ACTIONS_AT_ONCE, input.actions, async (action) => {
    // All are made of one template, in one namespace: what refuses one refuses the next.
    if (action.type === 'CreatePod' && refusal !== undefined) return;
    refusal = (await applyAction(deps, input, action)) ?? refusal;
  });
  return refusal;
}

export async function applyDisruptionBudget(deps: ApplyPoolDeps, pool: SFUPool, signal: AbortSignal): Promise<void> {
  await deps.writer.apply(DISRUPTION_BUDGETS, buildDisruptionBudget(pool.metadata), { signal });
}

async function applyAction(
  deps: ApplyPoolDeps,
  { pool, pods, signal }: ApplyPoolInput,
  action: PoolAction,
): Promise<string | undefined> {
  switch (action.type) {
    case 'CreatePod':
      return createPod(deps, pool, { node: action.node, signal });
    case 'IssueCertificate': {
      const pod = pods.get(action.node);
      if (pod !== undefined) await issueNodeCertificate(deps, pod, signal);
      return undefined;
    }
    case 'DeletePod':
      await deps.writer.delete(
        PODS,
        { name: action.node, namespace: pool.metadata.namespace },
        {
          uid: action.uid,
          signal,
          // Who is on it would keep it for all of its grace period.
          ...(action.reason === 'DrainDeadlineExceeded' && { gracePeriodSeconds: OVERDUE_GRACE_SECONDS }),
        },
      );
      return undefined;
    default: {
      const pod = pods.get(action.node);
      if (pod !== undefined) await applyDrainAction(deps, pod, { action, signal });
      return undefined;
    }
  }
}

async function applyDrainAction(
  deps: ApplyPoolDeps,
  pod: NodePod,
  { action, signal }: { readonly action: DrainAction; readonly signal: AbortSignal },
): Promise<void> {
  const ref: NodePodRef = { node: objectKey(pod.metadata), uid: pod.metadata.uid };
  switch (action.type) {
    case 'StartDrain':
      if (await writePodDrain(deps, buildPodDrain(pod, action.drain), signal)) deps.onNodeChanged(ref.node);
      return;
    case 'AdvanceDrain':
      await writePodDrain(deps, buildPodDrain(pod, action.drain), signal);
      return;
    case 'CancelDrain':
      if (!(await writePodDrain(deps, buildPodDrain(pod, undefined), signal))) return;
      deps.departures.keepOnly(ref.node, undefined);
      deps.onNodeChanged(ref.node);
      return;
    case 'MigrateMeetings':
      deps.departures.migrate(ref, action.meetingIds);
      for (const meetingId of action.meetingIds) {
        const meeting = deps.store.get(meetingId);
        if (meeting !== undefined) deps.onDeparture(meeting.key);
      }
      return;
    case 'ReconnectPeople':
      deps.departures.reconnect(ref);
      deps.onNodeChanged(ref.node);
  }
}

/** @returns false when the pod is no more. */
async function writePodDrain(deps: ApplyPoolDeps, desired: DesiredObject, signal: AbortSignal): Promise<boolean> {
  try {
    deps.draining.noteWritten(await deps.writer.apply(PODS, desired, { signal }));
    return true;
  } catch (error) {
    if (error instanceof KubeError && ['NotFound', 'Conflict'].includes(error.code)) return false;
    throw error;
  }
}

async function createPod(
  deps: ApplyPoolDeps,
  pool: SFUPool,
  { node, signal }: { readonly node: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const pod = buildNodePod({ pool: pool.metadata, spec: pool.spec, defaultImage: deps.defaultImage, node });
  try {
    deps.pods.recordWritten(await deps.writer.create(PODS, pod, { signal }));
    return undefined;
  } catch (error) {
    // Its template, a quota or an admission policy is in the way: people must see that in the status.
    const isRefused = error instanceof KubeError && ['Invalid', 'Forbidden', 'BadRequest'].includes(error.code);
    if (isRefused) return error.message;
    throw error;
  }
}

async function issueNodeCertificate(deps: ApplyPoolDeps, pod: NodePod, signal: AbortSignal): Promise<void> {
  const { name, labels, uid } = pod.metadata;
  const own = { [NODE_LABEL]: name, [POOL_LABEL]: labels[POOL_LABEL] ?? '' };
  const facts = await issuePodCertificate(deps, { role: 'node', pod, labels: own, signal });
  if (facts !== undefined) deps.certificates.noteIssued(uid, facts);
}
