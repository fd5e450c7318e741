import { stillToCome } from '../load/growth.js';
import { nodesForLoad, type LoadInput } from './media-load.js';
import { addPoolLoad, loadOfPeople, NO_POOL_LOAD } from './pool-load.js';
import { count, type Signal } from './signal.js';

/** A time at which a scheduled meeting takes place, and its part in this pool. */
export interface MeetingAhead {
  readonly startMs: number;
  readonly endMs: number;
  /** Of those whom it expects, so many come to this pool. */
  readonly expected: number;
  /** So many of them are there: the load knows them. */
  readonly present: number;
}

/** People come from so long before the begin until so long after it, about equally many in each minute. */
export const EARLY_MS = 300_000;
const LATE_MS = 120_000;

export interface AheadInput extends LoadInput {
  readonly meetings: readonly MeetingAhead[];
  readonly startupMs: number;
  /** What people of the pool cost, to what is foreseen. */
  readonly costScale: number;
  readonly nowMs: number;
}

/** The load that there is, and whom meetings will have brought when a node that is made now is up. */
export function scheduledMeetingsSignal(input: AheadInput): Signal {
  const missing = input.meetings.map((meeting) => awaitedOf(meeting, input)).filter((people) => people > 0);
  const people = missing.reduce((sum, number) => sum + number, 0);
  if (people === 0) return { name: 'ScheduledMeetings', wish: undefined, reason: 'NoMeetingsAhead', detail: '' };
  const load = missing.reduce((sum, number) => addPoolLoad(sum, loadOfPeople(number, input.costScale)), NO_POOL_LOAD);
  return {
    name: 'ScheduledMeetings',
    wish: nodesForLoad(input, load),
    reason: 'MeetingsAhead',
    detail: `${count(people, 'participant')} still to come to ${count(missing.length, 'meeting')}`,
  };
}

export interface Whereabouts {
  /** That the meeting is to be in; empty: nobody knows. */
  readonly pools: ReadonlySet<string>;
  readonly peopleByPool: () => ReadonlyMap<string, number>;
}

/** Of a meeting's people, those who will come to a pool: where that isn't known, as others are spread over the pools now. */
export function shareOfPool(pool: string, { pools, peopleByPool }: Whereabouts): number {
  if (pools.size > 0) return pools.has(pool) ? 1 / pools.size : 0;
  const people = peopleByPool();
  const all = [...people.values()].reduce((sum, count) => sum + count, 0);
  return all === 0 ? 1 / Math.max(1, people.size) : (people.get(pool) ?? 0) / all;
}

/** Of those who are expected by then. Who is late is given up by and by, as where the meeting is placed (core/load/growth.ts). */
function awaitedOf(
  { startMs, endMs, expected, present }: MeetingAhead,
  { startupMs, nowMs }: Pick<AheadInput, 'startupMs' | 'nowMs'>,
): number {
  if (nowMs >= endMs) return 0;
  const sinceFirstMs = nowMs + startupMs - (startMs - EARLY_MS);
  const come = Math.min(1, Math.max(0, sinceFirstMs / (EARLY_MS + LATE_MS)));
  return stillToCome(Math.max(0, Math.ceil(expected * come) - present), nowMs - startMs);
}
