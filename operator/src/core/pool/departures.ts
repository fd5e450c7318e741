import type { ObservedMeeting } from './world.js';

export interface DepartureLimit {
  /** People who may be moving at the same time. */
  readonly batch: number;
  /** Until the deadline. */
  readonly leftMs: number;
}

/** Moving one participant takes about three seconds, and up to twenty where one has to be reconnected. */
const MOVE_MS = 20_000;

/**
 * Which further meetings leave a node now: the smallest first, so many people at a time; more where the deadline would pass otherwise.
 * One that found no room elsewhere waits, and holds up nobody.
 */
export function selectDepartures(
  meetings: readonly ObservedMeeting[],
  { batch, leftMs }: DepartureLimit,
): readonly string[] {
  const peopleIn = (some: readonly ObservedMeeting[]): number =>
    some.reduce((sum, { participants }) => sum + participants, 0);
  const staying = meetings.filter(({ departure }) => departure === undefined);
  const moving = meetings.filter(({ departure, moving: isMoving }) => departure !== undefined && isMoving);
  const needed = Math.ceil((peopleIn(meetings) * MOVE_MS) / Math.max(1, leftMs));
  let room = Math.max(batch, needed) - peopleIn(moving);
  let isAlone = moving.length === 0;
  const selected: string[] = [];
  for (const { meetingId, participants } of staying.toSorted(bySize)) {
    if (participants > room && !isAlone) break;
    selected.push(meetingId);
    room -= participants;
    isAlone = false;
  }
  return selected;
}

function bySize(a: ObservedMeeting, b: ObservedMeeting): number {
  return a.participants - b.participants || (a.meetingId < b.meetingId ? -1 : 1);
}
