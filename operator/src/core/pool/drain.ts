/**
 * How a node is emptied: `Serving → Draining(deadline) → Migrating → Drained`. All of it follows from when it began and until when it
 * may take, which are written on the pod: a new leader goes on where the last one was.
 */
import type { DrainReason } from '@parley/crds/reasons.js';
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import { selectDepartures } from './departures.js';
import type { Drain, DrainPhase, ObservedNode } from './world.js';

export type DrainPolicy = SFUPoolSpec['drain'];

/** What is to be done for a drain now. */
export interface DrainStep {
  readonly drain: Drain;
  /** Ids of meetings that are to migrate now. */
  readonly departures: readonly string[];
  /** The deadline has passed: everybody is to reconnect elsewhere. */
  readonly reconnects: boolean;
  /** Whether its pod may go. */
  readonly isOver: boolean;
  readonly againInMs: number | undefined;
}

/** An empty node takes nobody for so long before it goes: who was sent there just before may still arrive. */
export const CLOSE_GRACE_MS = 5_000;
/** After the deadline people have so long to reconnect before the pod goes. */
export const RECONNECT_MS = 5_000;
/** A pod that is being deleted is killed at the end of its grace period; its process ends this long before, to close in order. */
const CLOSE_MS = 10_000;
/** Waiting for meetings to end takes at most this part of the time that there is. */
const MAX_WAIT_SHARE = 0.25;
/** How often it is looked whether the next meeting may go. */
const MIGRATION_TICK_MS = 1_000;

export interface DrainCause {
  readonly reason: DrainReason;
  readonly allowedSeconds: number;
}

/** The drain as it should be by now. */
export function drainOf(node: ObservedNode, cause: DrainCause, policy: DrainPolicy, nowMs: number): Drain {
  const sinceMs = node.drain?.sinceMs ?? nowMs;
  const deadlineMs = Math.min(node.drain?.deadlineMs ?? Number.POSITIVE_INFINITY, nowMs + cause.allowedSeconds * 1000);
  return withPhase(node, { reason: cause.reason, sinceMs, deadlineMs }, policy, nowMs);
}

/** Of a pod that is being deleted, by whoever: nothing of it needs to be written, the deletion is. */
export function drainOfDeleted(node: ObservedNode, policy: DrainPolicy, nowMs: number): Drain | undefined {
  if (node.deletion === undefined) return undefined;
  const sinceMs = node.drain?.sinceMs ?? node.deletion.sinceMs;
  const cutOffMs = node.deletion.killedAtMs - CLOSE_MS - RECONNECT_MS;
  const deadlineMs = Math.max(sinceMs, Math.min(node.drain?.deadlineMs ?? Number.POSITIVE_INFINITY, cutOffMs));
  return withPhase(node, { reason: 'PodDeleted', sinceMs, deadlineMs }, policy, nowMs);
}

export function stepDrain(node: ObservedNode, drain: Drain, policy: DrainPolicy, nowMs: number): DrainStep {
  const untilDeadlineMs = drain.deadlineMs - nowMs;
  const rest = { drain, departures: [], reconnects: false, isOver: false };
  switch (drain.phase) {
    case 'Drained': {
      const leftMs = drain.sinceMs + CLOSE_GRACE_MS - nowMs;
      return leftMs > 0 ? { ...rest, againInMs: leftMs } : { ...rest, isOver: true, againInMs: undefined };
    }
    case 'Draining':
      return { ...rest, againInMs: waitEndMs(drain, policy) - nowMs };
    case 'Migrating': {
      if (untilDeadlineMs <= 0) return stepOverdue(node, rest, untilDeadlineMs + RECONNECT_MS);
      const departures = selectDepartures(node.meetings, { batch: policy.maxMigrating, leftMs: untilDeadlineMs });
      return { ...rest, departures, againInMs: Math.min(MIGRATION_TICK_MS, untilDeadlineMs) };
    }
  }
}

function stepOverdue(node: ObservedNode, rest: Omit<DrainStep, 'againInMs'>, leftMs: number): DrainStep {
  const reconnects = node.meetings.some(({ departure }) => departure !== 'Reconnect');
  return { ...rest, reconnects, isOver: leftMs <= 0, againInMs: leftMs > 0 ? leftMs : undefined };
}

function withPhase(node: ObservedNode, drain: Omit<Drain, 'phase'>, policy: DrainPolicy, nowMs: number): Drain {
  return { ...drain, phase: phaseOf(node, nowMs >= waitEndMs(drain, policy)) };
}

function phaseOf({ participants }: ObservedNode, isWaitOver: boolean): DrainPhase {
  if (participants === 0) return 'Drained';
  return isWaitOver ? 'Migrating' : 'Draining';
}

function waitEndMs({ sinceMs, deadlineMs }: Omit<Drain, 'phase'>, { waitSeconds }: DrainPolicy): number {
  return sinceMs + Math.min(waitSeconds * 1000, (deadlineMs - sinceMs) * MAX_WAIT_SHARE);
}
