import { expect, test } from 'vitest';
import { scheduleSignal, type ScalingSchedule } from './schedule-signal.js';

const times = {
  name: 'office',
  cron: '0 8 * * 1-5',
  timeZone: 'Europe/Berlin',
  durationSeconds: 36_000,
};
const office: ScalingSchedule = { ...times, nodes: 6 };
const signalAt = (now: string, schedule = office) =>
  scheduleSignal({
    schedule,
    spec: { targetUtilizationPercent: 80, startupSeconds: 120 },
    capacity: { participants: 100, consumers: 1_000, packetsPerSecond: 1_000, bytesPerSecond: Infinity },
    known: undefined,
    nowMs: Date.parse(now),
  }).signal;

test.each([
  ['a minute before the start-up time', '2026-03-02T06:57:59Z', undefined, 'ScheduleInactive'],
  ['within the start-up time', '2026-03-02T06:58:00Z', 6, 'ScheduleActive'],
  ['in its last second', '2026-03-02T16:59:59Z', 6, 'ScheduleActive'],
  ['when it is over', '2026-03-02T17:00:00Z', undefined, 'ScheduleInactive'],
  ['at the weekend', '2026-03-01T10:00:00Z', undefined, 'ScheduleInactive'],
  ['an hour earlier in summer', '2026-03-30T06:00:00Z', 6, 'ScheduleActive'],
])('%s', (_, now, wish, reason) => {
  expect(signalAt(now)).toMatchObject({ name: 'schedule/office', wish, reason });
});

test('people become nodes at target utilization', () => {
  expect(signalAt('2026-03-02T10:00:00Z', { ...times, participants: 401 }).wish).toBe(6);
});

test.each([
  ['one that never comes has no say', '0 0 30 2 *', { reason: 'ScheduleInactive', detail: 'begins never again' }],
  [
    'one that cannot be read says so, and lets nothing go',
    '0 8 * * mo',
    { reason: 'ScheduleInvalid', unreadable: true },
  ],
])('%s', (_, cron, expected) => {
  expect(signalAt('2026-03-02T10:00:00Z', { ...office, cron })).toMatchObject({ wish: undefined, ...expected });
});

test('the next time is looked for once, and again when it has passed or is another', () => {
  const at = (now: string, schedule: ScalingSchedule, known: ReturnType<typeof scheduleSignal>['known']) =>
    scheduleSignal({
      schedule,
      spec: { targetUtilizationPercent: 80, startupSeconds: 120 },
      capacity: { participants: 100, consumers: 1_000, packetsPerSecond: 1_000, bytesPerSecond: Infinity },
      known,
      nowMs: Date.parse(now),
    }).known;
  const monday = at('2026-03-02T06:00:00Z', office, undefined);
  expect(at('2026-03-02T16:00:00Z', office, monday)).toBe(monday);
  expect(at('2026-03-02T18:00:00Z', office, monday)?.startMs).toBe(Date.parse('2026-03-03T07:00:00Z'));
  expect(at('2026-03-02T16:00:00Z', { ...office, timeZone: 'UTC' }, monday)?.startMs).toBe(
    Date.parse('2026-03-02T08:00:00Z'),
  );
});
