import { describe, expect, test } from 'vitest';
import { expectedGrowth, NO_HISTORY, observePresence, type GrowthInput } from './growth.js';

const input = (part: Partial<GrowthInput>): GrowthInput => ({
  expectedParticipants: 10,
  maxParticipants: 100,
  present: 0,
  history: NO_HISTORY,
  nowMs: 0,
  ...part,
});
const MINUTE_MS = 60_000;
const NO_HISTORY_OF_NINE = { startedAtMs: 0, peak: 9, previousPeak: 0 };
const running = { startedAtMs: 0, peak: 6, previousPeak: 0 };

test.each<[string, Partial<GrowthInput>, number]>([
  ['before anybody came, all of the expected', {}, 10],
  ['while it fills, who of the expected is not there', { present: 4, history: running, nowMs: 3 * MINUTE_MS - 1 }, 6],
  ['half of them after three minutes', { present: 4, history: running, nowMs: 3 * MINUTE_MS }, 3],
  ['a quarter after six, but all who have left again', { present: 4, history: running, nowMs: 6 * MINUTE_MS }, 2],
  ['nobody for a small part of a person', { present: 9, history: NO_HISTORY_OF_NINE, nowMs: 3 * MINUTE_MS }, 0],
  ['after a quarter of an hour, only who has left', { present: 5, history: running, nowMs: 15 * MINUTE_MS }, 1],
  ['nobody when more came than were expected', { present: 14 }, 0],
  ['as many as last time, when those were more', { history: { ...NO_HISTORY, previousPeak: 40 } }, 40],
  ['never more than the meeting may have', { maxParticipants: 15, history: { ...NO_HISTORY, previousPeak: 40 } }, 15],
])('expects %s', (_, part, growth) => {
  expect(expectedGrowth(input(part))).toBe(growth);
});

describe('the history of a meeting', () => {
  test('is the most people at once, and of the time before', () => {
    let history = NO_HISTORY;
    for (const [present, nowMs] of [
      [0, 1],
      [3, 2],
      [8, 3],
      [5, 4],
    ] as const)
      history = observePresence(history, present, nowMs);
    expect(history).toEqual({ startedAtMs: 2, peak: 8, previousPeak: 0 });
    history = observePresence(history, 0, 5);
    expect(history).toEqual({ startedAtMs: undefined, peak: 0, previousPeak: 8 });
    expect(observePresence(history, 1, 9)).toEqual({ startedAtMs: 9, peak: 1, previousPeak: 8 });
  });
});
