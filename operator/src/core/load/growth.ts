/** How many more people a meeting will likely have, so that there is room for them where it is (law 4). */

export interface GrowthInput {
  /** spec.expectedParticipants. */
  readonly expectedParticipants: number;
  readonly maxParticipants: number;
  /** Of all nodes: reported, and placed but not yet reported. */
  readonly present: number;
  readonly history: MeetingHistory;
  readonly nowMs: number;
}

/** What a leader has seen of a meeting; a new leader begins anew. Times are of one clock. */
export interface MeetingHistory {
  /** When people came to an empty meeting last. */
  readonly startedAtMs: number | undefined;
  /** The most people at once since then. */
  readonly peak: number;
  /** The most people of the time before, which ended when the last left: a meeting that comes again is as large as last time. */
  readonly previousPeak: number;
}

export const NO_HISTORY: MeetingHistory = { startedAtMs: undefined, peak: 0, previousPeak: 0 };

/**
 * Who is expected comes within minutes of the first: of those who haven't, half are given up at each of these times, and all at the
 * last. After it, only who has left comes back.
 */
export const FILLING_STEPS_MS: readonly number[] = [3, 6, 9, 12, 15].map((minutes) => minutes * 60_000);

/** @returns how many are still to come; 0 when all are there. */
export function expectedGrowth({
  expectedParticipants,
  maxParticipants,
  present,
  history,
  nowMs,
}: GrowthInput): number {
  const elapsedMs = history.startedAtMs === undefined ? 0 : nowMs - history.startedAtMs;
  const missing = (expected: number): number => Math.max(0, Math.min(expected, maxParticipants) - present);
  const coming = missing(Math.max(expectedParticipants, history.previousPeak));
  return Math.max(stillToCome(coming, elapsedMs), missing(history.peak));
}

/** How many of those who are missing so long after the begin will still come. */
export function stillToCome(missing: number, elapsedMs: number): number {
  const steps = FILLING_STEPS_MS.filter((stepMs) => stepMs <= elapsedMs).length;
  return steps === FILLING_STEPS_MS.length ? 0 : Math.floor(missing / 2 ** steps);
}

/** @param present people of the meeting now, as nodes report them. */
export function observePresence(history: MeetingHistory, present: number, nowMs: number): MeetingHistory {
  if (present === 0) {
    if (history.startedAtMs === undefined) return history;
    return { startedAtMs: undefined, peak: 0, previousPeak: history.peak };
  }
  if (history.startedAtMs === undefined) return { ...history, startedAtMs: nowMs, peak: present };
  return present > history.peak ? { ...history, peak: present } : history;
}
