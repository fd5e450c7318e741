import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

const backoff = { firstMs: 100, lastMs: 2_000 };

it.each([
  ['the first time', 0, 0, 50],
  ['the first time, at most', 0, 1, 100],
  ['twice as long the second time', 1, 1, 200],
  ['never longer than the last', 5, 1, 2_000],
  ['nor after ever so many failures', 10_000, 1, 2_000],
  ['but jittered then, too', 10_000, 0, 1_000],
])('%s', (_, failures, random, expected) => {
  expect(backoffMs(backoff, failures, random)).toBe(expected);
});
