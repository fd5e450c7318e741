/** Events as numbers, time in the upper bits, so that a typed array sorts millions of them in a moment. */

export const EVENT_KINDS = ['Leave', 'Join', 'Change'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** 24 bits of index, 2 of kind, 27 of time: 53, as many as a number holds exactly. */
const INDEX_SIZE = 2 ** 24;
const TIME_UNIT = INDEX_SIZE * 4;
const LATEST_MS = 2 ** 27;

export function packEvents(columns: readonly (readonly [EventKind, Float64Array])[]): Float64Array {
  const events = new Float64Array(columns.reduce((sum, [, times]) => sum + times.length, 0));
  let next = 0;
  for (const [kind, times] of columns) {
    if (times.length > INDEX_SIZE) throw new Error(`more than ${INDEX_SIZE} events of one kind`);
    const kindBits = EVENT_KINDS.indexOf(kind) * INDEX_SIZE;
    times.forEach((atMs, index) => {
      events[next] = Math.min(atMs, LATEST_MS - 1) * TIME_UNIT + kindBits + index;
      next += 1;
    });
  }
  return events.sort();
}

export function timeOf(event: number): number {
  return Math.floor(event / TIME_UNIT);
}

export function kindOf(event: number): EventKind {
  return EVENT_KINDS[Math.floor((event % TIME_UNIT) / INDEX_SIZE)] as EventKind;
}

export function indexOf(event: number): number {
  return event % INDEX_SIZE;
}
