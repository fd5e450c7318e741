import { expect, test } from 'vitest';
import { longestGapMs } from './gaps.js';

const span = (fromMs: number, toMs: number): { fromMs: number; toMs: number } => ({ fromMs, toMs });

test.each([
  ['without stalls it is the longest gap', [span(0, 200), span(500, 900)], [], 400],
  ['a stall elsewhere excuses nothing', [span(0, 400)], [span(500, 900)], 400],
  ['a stall within is taken off', [span(0, 400)], [span(100, 350)], 150],
  ['two pages that stood still together count once', [span(0, 400)], [span(0, 200), span(100, 300)], 100],
  ['a stall is taken off only where it overlaps', [span(100, 500)], [span(0, 200), span(450, 900)], 250],
])('%s', (_, gaps, stalls, wanted) => {
  expect(longestGapMs(gaps, stalls)).toBe(wanted);
});
