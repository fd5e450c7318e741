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

/** After a quarter of an hour, who has not come is not awaited any more: the load tells the rest. */
export const ARRIVAL_MS = 900_000;

export interface AheadInput extends LoadInput {
  readonly meetings: readonly MeetingAhead[];
  readonly startupMs: number;
  readonly nowMs: number;
}

/** The load that there is, and whom meetings will bring before another node would be up. */
export function scheduledMeetingsSignal(input: AheadInput): Signal {
  const awaited = input.meetings.filter((meeting) => isAwaited(meeting, input));
  const missing = awaited.map(({ expected, present }) => Math.max(0, expected - present));
  const people = missing.reduce((sum, number) => sum + number, 0);
  if (people === 0) return { name: 'ScheduledMeetings', wish: undefined, reason: 'NoMeetingsAhead', detail: '' };
  const load = missing.reduce((sum, number) => addPoolLoad(sum, loadOfPeople(number)), NO_POOL_LOAD);
  return {
    name: 'ScheduledMeetings',
    wish: nodesForLoad(input, load),
    reason: 'MeetingsAhead',
    detail: `${count(people, 'participant')} still to come to ${count(awaited.length, 'meeting')}`,
  };
}

function isAwaited({ startMs, endMs }: MeetingAhead, { startupMs, nowMs }: AheadInput): boolean {
  return startMs - startupMs <= nowMs && nowMs < Math.min(endMs, startMs + ARRIVAL_MS);
}
