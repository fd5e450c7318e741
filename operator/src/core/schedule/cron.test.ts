import { expect, test } from 'vitest';
import { nextCronTime } from './cron.js';

const next = (cron: string, timeZone: string, after: string): string | undefined => {
  const found = nextCronTime({ cron, timeZone }, Date.parse(after));
  return found === undefined ? undefined : new Date(found).toISOString();
};

test.each<[string, string, string, string, string | undefined]>([
  ['at the hour of its zone', '0 8 * * 1-5', 'Europe/Berlin', '2026-03-06T12:00:00Z', '2026-03-09T07:00:00.000Z'],
  ['also in summer', '0 8 * * MON', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-30T06:00:00.000Z'],
  [
    'when clocks have moved, if they skip it',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00:00Z',
    '2026-03-29T01:00:00.000Z',
  ],
  ['once, if it comes twice', '30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
  ['on the last day of a month', '0 16 L * *', 'America/New_York', '2026-02-01T00:00:00Z', '2026-02-28T21:00:00.000Z'],
  ['on the second Tuesday', '0 9 * * TUE#2', 'UTC', '2026-03-01T00:00:00Z', '2026-03-10T09:00:00.000Z'],
  ['never', '0 0 30 2 *', 'UTC', '2026-03-01T00:00:00Z', undefined],
])('%s', (...[, cron, timeZone, after, expected]) => {
  expect(next(cron, timeZone, after)).toBe(expected);
});

test.each([
  ['a day that there is not', '0 0 * * foo', 'UTC'],
  ['a zone that there is not', '0 0 * * *', 'Mars/Base'],
])('%s is said', (_, cron, timeZone) => {
  expect(() => next(cron, timeZone, '2026-03-01T00:00:00Z')).toThrow();
});
