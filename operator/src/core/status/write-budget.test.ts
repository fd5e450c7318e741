import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CELL_WRITE_BUDGET, selectCountWrites, type CountChange } from './write-budget.js';

const change = (key: string, difference: number, writtenAtMs = 0): CountChange => ({ key, difference, writtenAtMs });
const select = (changes: CountChange[], elapsedMs = 1_000): readonly string[] =>
  selectCountWrites({ changes, nowMs: 10_000, elapsedMs, credit: 0 }, { writesPerSecond: 2, leastIntervalMs: 5_000 })
    .keys;

describe('selectCountWrites', () => {
  test('the most changed come first, then the longest unwritten', () => {
    expect(select([change('a', 1, 20), change('b', -9), change('c', 1, 10)])).toEqual(['b', 'c']);
  });
  test('what was written a moment ago waits', () => {
    expect(select([change('a', 100, 5_001), change('b', 1, 5_000)])).toEqual(['b']);
  });
  test('what is as it was written is not written', () => {
    expect(select([change('a', 0)])).toEqual([]);
  });
  test('parts of a write add up', () => {
    const budget = { writesPerSecond: 2, leastIntervalMs: 0 };
    const first = selectCountWrites({ changes: [change('a', 1)], nowMs: 1, elapsedMs: 300, credit: 0 }, budget);
    expect(first).toMatchObject({ keys: [] });
    const second = selectCountWrites(
      { changes: [change('a', 1)], nowMs: 2, elapsedMs: 300, credit: first.credit },
      budget,
    );
    expect(second.keys).toEqual(['a']);
  });
  test('over any time, no more than the budget is granted, but for one second’s worth', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 100 }), (steps) => {
        let nowMs = 1e9;
        let credit = 0;
        let granted = 0;
        for (const elapsedMs of steps) {
          nowMs += elapsedMs;
          const changes = Array.from({ length: 500 }, (_, index) => change(String(index), index + 1));
          const decision = selectCountWrites({ changes, nowMs, elapsedMs, credit }, CELL_WRITE_BUDGET);
          credit = decision.credit;
          granted += decision.keys.length;
        }
        const seconds = steps.reduce((sum, step) => sum + step, 0) / 1_000;
        expect(granted).toBeLessThanOrEqual(CELL_WRITE_BUDGET.writesPerSecond * (seconds + 1));
      }),
    );
  });
});
