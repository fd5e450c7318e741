import { expect, test } from 'vitest';
import { selectDepartures } from './departures.js';
import type { ObservedMeeting } from './world.js';

const unhurried = { batch: 20, leftMs: 600_000 };
const meeting = (meetingId: string, participants: number, rest: Partial<ObservedMeeting> = {}): ObservedMeeting => ({
  meetingId,
  participants,
  departure: undefined,
  moving: false,
  ...rest,
});
const moving = { departure: 'Migrate', moving: true } as const;
const waiting = { departure: 'Migrate', moving: false } as const;

test.each<[string, ObservedMeeting[], typeof unhurried, string[]]>([
  [
    'the smallest first',
    [meeting('big', 15), meeting('small', 3), meeting('middle', 5)],
    unhurried,
    ['small', 'middle'],
  ],
  ['of equals in the order of their ids', [meeting('b', 8), meeting('c', 8), meeting('a', 8)], unhurried, ['a', 'b']],
  ['one that is larger than the batch alone', [meeting('huge', 200)], unhurried, ['huge']],
  ['and it waits until nobody else is moving', [meeting('huge', 200), meeting('a', 1, moving)], unhurried, []],
  ['others wait for it, too', [meeting('a', 1), meeting('huge', 200, moving)], unhurried, []],
  ['as many as there is room for beside those that move', [meeting('a', 5), meeting('b', 18, moving)], unhurried, []],
  ['one that has no room elsewhere holds up nobody', [meeting('a', 5), meeting('b', 18, waiting)], unhurried, ['a']],
  ['nobody twice', [meeting('a', 5, moving), meeting('b', 5, waiting)], unhurried, []],
  [
    'all at once where the deadline is near',
    [meeting('a', 30), meeting('b', 30), meeting('c', 30)],
    { batch: 20, leftMs: 20_000 },
    ['a', 'b', 'c'],
  ],
  [
    'half of them in twice the time',
    [meeting('a', 30), meeting('b', 30), meeting('c', 60)],
    { batch: 20, leftMs: 40_000 },
    ['a', 'b'],
  ],
])('leave: %s', (_, meetings, limit, expected) => {
  expect(selectDepartures(meetings, limit)).toEqual(expected);
});
