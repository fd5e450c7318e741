import { describe, expect, test } from 'vitest';
import { nextOccurrence, type MeetingSchedule } from './occurrences.js';

const at = (text: string): number => Date.parse(text);
const weekly: MeetingSchedule = {
  start: '2026-03-02T09:30:00',
  durationMinutes: 30,
  timeZone: 'Europe/Berlin',
  rrule: 'FREQ=WEEKLY;BYDAY=MO',
};
const once: MeetingSchedule = { start: '2026-03-02T09:30:00', durationMinutes: 30, timeZone: 'Europe/Berlin' };

describe('nextOccurrence', () => {
  test.each<[string, MeetingSchedule, string, string | undefined]>([
    ['one that takes place once', once, '2026-01-01T00:00:00Z', '2026-03-02T08:30:00Z'],
    ['one that goes on', once, '2026-03-02T08:59:59Z', '2026-03-02T08:30:00Z'],
    ['one that is over', once, '2026-03-02T09:00:00Z', undefined],
    ['the same hour of the wall in summer', weekly, '2026-03-30T00:00:00Z', '2026-03-30T07:30:00Z'],
    ['and in winter', weekly, '2026-10-26T00:00:00Z', '2026-10-26T08:30:00Z'],
    [
      'west of Greenwich, on the day that it is there',
      { ...weekly, start: '2026-03-02T20:00:00', timeZone: 'America/Los_Angeles' },
      '2026-03-04T00:00:00Z',
      '2026-03-10T03:00:00Z',
    ],
    [
      'an hour that clocks skip is left out',
      { ...weekly, start: '2026-03-27T02:30:00', rrule: 'FREQ=DAILY' },
      '2026-03-29T00:00:00Z',
      '2026-03-30T00:30:00Z',
    ],
    ['none after the last of a count', { ...weekly, rrule: 'FREQ=DAILY;COUNT=3' }, '2026-03-05T00:00:00Z', undefined],
    [
      'the last working day of a month',
      { ...weekly, rrule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1' },
      '2026-05-01T00:00:00Z',
      '2026-05-29T07:30:00Z',
    ],
    [
      'a long one that began before',
      { ...weekly, durationMinutes: 2_880 },
      '2026-03-04T08:29:00Z',
      '2026-03-02T08:30:00Z',
    ],
  ])('%s', (_, schedule, after, expected) => {
    const found = nextOccurrence(schedule, at(after));
    expect(found?.startMs).toBe(expected === undefined ? undefined : at(expected));
    if (found !== undefined) expect(found.endMs - found.startMs).toBe(schedule.durationMinutes * 60_000);
  });

  test.each([
    ['no weekday', 'FREQ=WEEKLY;BYDAY=XX', 'BYDAY'],
    ['a day that never comes', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'iterations'],
  ])('%s is said, soon', (_, rrule, message) => {
    expect(() => nextOccurrence({ ...weekly, rrule }, at('2026-03-01T00:00:00Z'))).toThrow(message);
  });
});
