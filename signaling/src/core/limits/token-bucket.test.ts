import { expect, test } from 'vitest';
import { takeToken, type Bucket } from './token-bucket.js';

const limit = { burst: 3, perSecond: 2 };

function take(times: readonly number[]): number[] {
  let bucket: Bucket | undefined;
  return times.map((nowMs) => {
    const taken = takeToken(bucket, limit, nowMs);
    bucket = taken.bucket;
    return taken.waitMs;
  });
}

test('a burst is granted, and no more at the same time', () => {
  expect(take([0, 0, 0, 0])).toEqual([0, 0, 0, 500]);
});

test('what was refused takes nothing: after the wait that was told, one is granted', () => {
  expect(take([0, 0, 0, 0, 0, 500, 500])).toEqual([0, 0, 0, 500, 500, 0, 500]);
});

test('a long rest gives a burst, not more', () => {
  expect(take([0, 0, 0, 60_000, 60_000, 60_000, 60_000])).toEqual([0, 0, 0, 0, 0, 0, 500]);
});

test('a clock that goes back takes nothing away', () => {
  expect(take([1_000, 0, 0, 0])).toEqual([0, 0, 0, 500]);
});
