/**
 * What one pod has to write into the manifest: parts of a minute each, of which only the newest is ever written again. Pure: what
 * happened goes in, parts to write come out.
 */
import type { Gap, ManifestPart, Segment, TimelineEvent } from '../../format/recording.js';

export interface ManifestLog {
  readonly recorder: string;
  /** Of the newest part. */
  readonly part: ManifestPart;
  /** Earlier ones that are not in the store yet, the oldest first. */
  readonly closed: readonly ManifestPart[];
  /** Whether the newest has changed since it was last written. */
  readonly isDirty: boolean;
}

export interface ManifestAdditions {
  /** Which are in the store. */
  readonly segments?: readonly Segment[];
  readonly events?: readonly TimelineEvent[];
  readonly gaps?: readonly Gap[];
}

const partMs = 60_000;
/** What makes a part long before its minute is over. */
const partEntries = 2_000;

export function startLog(recorder: string, fromMs: number): ManifestLog {
  return { recorder, part: emptyPart(recorder, fromMs), closed: [], isDirty: true };
}

export function addToLog(log: ManifestLog, nowMs: number, additions: ManifestAdditions): ManifestLog {
  const { part, closed } = advance(log, nowMs);
  return {
    ...log,
    closed,
    isDirty: true,
    part: {
      ...part,
      untilMs: Math.max(part.untilMs, nowMs),
      segments: [...part.segments, ...(additions.segments ?? [])],
      events: [...part.events, ...(additions.events ?? [])],
      gaps: [...part.gaps, ...(additions.gaps ?? [])],
    },
  };
}

/** Those that the store lacks, the oldest first; the last is the newest, which says until when this pod has run. */
export function partsToWrite(log: ManifestLog): readonly ManifestPart[] {
  return log.isDirty ? [...log.closed, log.part] : log.closed;
}

export function wrotePart(log: ManifestLog, written: ManifestPart): ManifestLog {
  return {
    ...log,
    closed: log.closed.filter((part) => part !== written),
    isDirty: log.isDirty && log.part !== written,
  };
}

function advance(log: ManifestLog, nowMs: number): Pick<ManifestLog, 'part' | 'closed'> {
  const { part, closed, recorder } = log;
  const entries = part.segments.length + part.events.length + part.gaps.length;
  const isOver = nowMs - part.fromMs >= partMs || (entries >= partEntries && nowMs > part.fromMs);
  if (!isOver) return { part, closed };
  return { closed: [...closed, { ...part, untilMs: nowMs }], part: emptyPart(recorder, nowMs) };
}

function emptyPart(recorder: string, fromMs: number): ManifestPart {
  return { recorder, fromMs, untilMs: fromMs, segments: [], events: [], gaps: [] };
}
