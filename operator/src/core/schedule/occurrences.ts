/** When a scheduled meeting takes place: RFC 5545, in the wall time of its zone. */
import type { MeetingSpec } from '@parley/crds/meeting.js';
import { RRuleTemporal } from 'rrule-temporal';

export type MeetingSchedule = NonNullable<MeetingSpec['schedule']>;

export interface Occurrence {
  readonly startMs: number;
  readonly endMs: number;
}

/** When a meeting takes place now, or next. */
export type MeetingTime =
  | ({ readonly kind: 'Known' } & Occurrence)
  | { readonly kind: 'Over' }
  | { readonly kind: 'Unreadable'; readonly message: string };

/** Steps in search of the next time; more are none: February the 30th never comes. */
const MAX_ITERATIONS = 2_000;

/**
 * The first that ends after `afterMs`; undefined: none any more.
 * @throws Error that says what is wrong with the rule.
 */
export function nextOccurrence(schedule: MeetingSchedule, afterMs: number): Occurrence | undefined {
  const { start, timeZone, rrule = 'FREQ=DAILY;COUNT=1' } = schedule;
  const durationMs = schedule.durationMinutes * 60_000;
  const rule = new RRuleTemporal({
    rruleString: `DTSTART;TZID=${timeZone}:${start.replaceAll(/[-:]/g, '')}\nRRULE:${rrule}`,
    maxIterations: MAX_ITERATIONS,
    cache: false,
  });
  // Ends after, and does not begin anew at, that time.
  const next = rule.next(new Date(afterMs - durationMs), false);
  if (next === null) return undefined;
  return { startMs: next.epochMilliseconds, endMs: next.epochMilliseconds + durationMs };
}
