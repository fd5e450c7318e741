import type { RecordingEndReason, RecordingReason } from '@parley/crds/reasons.js';
import { hasRecorded, type RecordingStage } from './outcome.js';
import type { RecordingWorld, ReportedRecording } from './world.js';

/** Of one that has begun and is not over. */
export function stageOf(world: RecordingWorld, end: RecordingEndReason | undefined): RecordingStage {
  return { phase: phaseOf(world), ...whyOf(world, end) };
}

function phaseOf(world: RecordingWorld): RecordingStage['phase'] {
  if (isComposing(world.report) || world.status?.phase === 'Finalizing') return 'Finalizing';
  return hasRecorded(world) ? 'Recording' : 'Starting';
}

/** It has left the meeting. */
export function isComposing(report: ReportedRecording | undefined): boolean {
  return report?.phase === 'Composing' || report?.phase === 'Checking';
}

function whyOf(world: RecordingWorld, end: RecordingEndReason | undefined): Omit<RecordingStage, 'phase'> {
  const { pod, report, refusal } = world;
  if (refusal !== undefined) return { reason: 'RecorderRefused', detail: refusal };
  if (pod?.isHeard === true && report !== undefined) return { reason: doingOf(report, end), detail: '' };
  if (pod?.obstacle !== undefined) return pod.obstacle;
  if (phaseOf(world) === 'Starting') return { reason: 'RecorderStarting', detail: '' };
  return { reason: pod?.isRunning === true ? 'RecorderUnreachable' : 'RecorderReplaced', detail: '' };
}

function doingOf({ phase }: ReportedRecording, end: RecordingEndReason | undefined): RecordingReason {
  if (phase === 'Composing' || phase === 'Checking') return phase;
  if (end !== undefined) return 'RecordingStops';
  return phase === 'Recording' ? 'RecordingNow' : 'WaitsForTap';
}
