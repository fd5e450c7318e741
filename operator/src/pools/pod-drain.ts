/** A drain as it stands on its pod, where people see it and a new leader finds it. */
import {
  DRAIN_DEADLINE_ANNOTATION,
  DRAIN_PHASE_LABEL,
  DRAIN_REASON_ANNOTATION,
  DRAIN_SINCE_ANNOTATION,
} from '@parley/crds/labels.js';
import { DRAIN_REASONS, type DrainReason } from '@parley/crds/reasons.js';
import type { Drain, DrainPhase } from '../core/pool/world.js';
import type { DesiredObject } from '../kube/apply.js';
import type { NodePod } from '../resources/pod-resource.js';

const PHASES: readonly DrainPhase[] = ['Draining', 'Migrating', 'Drained'];

export function isDraining({ metadata }: NodePod): boolean {
  return metadata.labels[DRAIN_PHASE_LABEL] !== undefined;
}

/** By a drain, or by being deleted: it serves on until its people have moved, or its grace period is over. */
export function isToGo(pod: NodePod): boolean {
  return isDraining(pod) || pod.metadata.deletionTimestamp !== undefined;
}

/** Undefined where none is written. What can't be read of it, as someone has changed it, is taken as new. */
export function parsePodDrain({ metadata: { labels, annotations } }: NodePod, nowMs: number): Drain | undefined {
  const written = labels[DRAIN_PHASE_LABEL];
  if (written === undefined) return undefined;
  const sinceMs = Date.parse(annotations[DRAIN_SINCE_ANNOTATION] ?? '');
  const deadlineMs = Date.parse(annotations[DRAIN_DEADLINE_ANNOTATION] ?? '');
  const reason = annotations[DRAIN_REASON_ANNOTATION] ?? '';
  return {
    phase: PHASES.find((phase) => phase === written) ?? 'Draining',
    reason: isDrainReason(reason) ? reason : 'DrainRequested',
    sinceMs: Number.isNaN(sinceMs) ? nowMs : Math.min(sinceMs, nowMs),
    deadlineMs: Number.isNaN(deadlineMs) ? Number.POSITIVE_INFINITY : deadlineMs,
  };
}

/** To be applied server-side; without a drain it takes away what an earlier one wrote. */
export function buildPodDrain({ metadata }: NodePod, drain: Drain | undefined): DesiredObject {
  const { name, namespace, uid } = metadata;
  const written = drain && {
    labels: { [DRAIN_PHASE_LABEL]: drain.phase },
    annotations: {
      [DRAIN_REASON_ANNOTATION]: drain.reason,
      [DRAIN_SINCE_ANNOTATION]: new Date(drain.sinceMs).toISOString(),
      [DRAIN_DEADLINE_ANNOTATION]: new Date(drain.deadlineMs).toISOString(),
    },
  };
  // With its uid: another pod of that name is not meant.
  const desired = { metadata: { name, namespace, uid, ...written } };
  return desired;
}

function isDrainReason(text: string): text is DrainReason {
  return Object.hasOwn(DRAIN_REASONS, text);
}
