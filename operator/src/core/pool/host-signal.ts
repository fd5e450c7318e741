import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import type { HostSignal } from './world.js';

/** A host's part in it. */
export interface HostSchedulability {
  readonly unschedulable: boolean;
  /** Keys of its taints. */
  readonly taints: readonly string[];
}

/** Kubernetes puts it on a cordoned host. */
const CORDON_TAINT = 'node.kubernetes.io/unschedulable';

/** The most urgent of what a host says of its own end. */
export function hostSignalOf(
  { hostTaints, deadlineSeconds }: SFUPoolSpec['drain'],
  host: HostSchedulability | undefined,
): HostSignal | undefined {
  if (host === undefined) return undefined;
  const shown = new Set([...host.taints, ...(host.unschedulable ? [CORDON_TAINT] : [])]);
  const [first] = hostTaints
    .filter(({ key }) => shown.has(key))
    .map((taint): HostSignal => ({
      reason: taint.key === CORDON_TAINT ? 'HostUnschedulable' : 'HostTainted',
      deadlineSeconds: Math.min(taint.deadlineSeconds ?? deadlineSeconds, deadlineSeconds),
    }))
    .toSorted((a, b) => a.deadlineSeconds - b.deadlineSeconds || (a.reason < b.reason ? -1 : 1));
  return first;
}
