import type { NodePhase } from '@parley/crds/sfu-pool.js';
import type { PoolStateReason } from '@parley/crds/reasons.js';

/** A node's pod as the API server tells of it, and whether the node answers us. */
export interface PodFacts {
  readonly deleting: boolean;
  /** Kubernetes' pod phase. */
  readonly phase: string;
  readonly scheduled: boolean;
  readonly unschedulableMessage: string | undefined;
  readonly ready: boolean;
  /** Why its container waits, such as ImagePullBackOff. */
  readonly waitingReason: string | undefined;
  readonly waitingMessage: string | undefined;
  readonly announcedAddresses: readonly string[];
  readonly reachable: boolean;
}

export interface NodeState {
  readonly phase: NodePhase;
  /** Undefined where the phase says it all. */
  readonly reason: PoolStateReason | undefined;
  readonly message: string;
}

const IMAGE_REASONS = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']);
const CRASH_REASONS = new Set(['CrashLoopBackOff', 'RunContainerError', 'CreateContainerError', 'StartError']);

export function nodeStateOf(pod: PodFacts): NodeState {
  if (pod.deleting) return { phase: 'Ending', reason: undefined, message: '' };
  if (pod.phase === 'Failed' || pod.phase === 'Succeeded')
    return { phase: 'Failed', reason: 'NodesCrashing', message: `its pod has ${pod.phase.toLowerCase()}` };
  if (!pod.scheduled) {
    const message = pod.unschedulableMessage;
    if (message === undefined) return { phase: 'Pending', reason: undefined, message: '' };
    return { phase: 'Pending', reason: 'NodesUnschedulable', message };
  }
  if (!pod.ready) return startingState(pod);
  if (pod.announcedAddresses.length === 0)
    return { phase: 'Starting', reason: 'HostAddressMissing', message: 'its host has no address to announce' };
  if (!pod.reachable) return { phase: 'Unreachable', reason: 'NodesUnreachable', message: 'it does not answer' };
  return { phase: 'Ready', reason: undefined, message: '' };
}

function startingState({ waitingReason, waitingMessage }: PodFacts): NodeState {
  const message = waitingMessage ?? waitingReason ?? '';
  if (waitingReason !== undefined && IMAGE_REASONS.has(waitingReason))
    return { phase: 'Starting', reason: 'ImageUnavailable', message };
  if (waitingReason !== undefined && CRASH_REASONS.has(waitingReason))
    return { phase: 'Starting', reason: 'NodesCrashing', message };
  return { phase: 'Starting', reason: undefined, message };
}
