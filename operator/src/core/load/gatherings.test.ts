import type { MeetingSpec } from '@parley/crds/meeting.js';
import { expect, test } from 'vitest';
import { aMeetingSpec } from '../testing/builders.js';
import { addGathering, expectedSizeOf, type Gathering } from './gatherings.js';

const gathering = (peak: number): Gathering => ({ endedAt: '2026-01-01T00:00:00Z', peak });
const of = (peaks: readonly number[]): Gathering[] => peaks.map(gathering);

test.each([
  ['the first', [], 5, [5]],
  ['the latest first, and no more than three', [5, 4, 3], 6, [6, 5, 4]],
  ['nobody alone', [5], 1, [5]],
])('keeps %s', (_, before, peak, after) => {
  expect(addGathering(of(before), gathering(peak))).toEqual(of(after));
});

test.each<[string, Partial<MeetingSpec>, number[], number]>([
  ['as many as it says, the first time', {}, [], 10],
  ['as many as came the last times, when they were more', {}, [12, 40, 15], 40],
  ['as many as it says, when fewer came', {}, [3], 10],
  ['no more than may come', { maxParticipants: 30 }, [40], 30],
])('expects %s', (_, part, peaks, size) => {
  const spec = aMeetingSpec({ expectedParticipants: 10, maxParticipants: 100, ...part });
  expect(expectedSizeOf({ spec, status: { gatherings: of(peaks) } })).toBe(size);
});
