import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { giveUpMissing, maxEarly, nothingYet, takeMessage, type InOrder } from './in-order.js';

interface Arrival {
  readonly number: number;
  readonly alone: boolean;
}

/** What is delivered of messages that are their own numbers. */
function delivered(arrivals: readonly Arrival[]): number[] {
  const out: number[] = [];
  let state: InOrder<number> = nothingYet;
  for (const { number, alone } of arrivals) {
    const taken = takeMessage(state, { number, message: number, alone });
    state = taken.state;
    out.push(...taken.deliver);
  }
  return [...out, ...giveUpMissing(state).deliver];
}

const alone = (...numbers: number[]): Arrival[] => numbers.map((number) => ({ number, alone: true }));
const oneOfSeveral = (...numbers: number[]): Arrival[] => numbers.map((number) => ({ number, alone: false }));

describe('messages of one sender', () => {
  test.each<[string, Arrival[], number[]]>([
    ['come as they are over one channel', alone(0, 1, 2), [0, 1, 2]],
    ['begin for a newcomer where they are', alone(7, 8), [7, 8]],
    ['may be missing for good', alone(0, 3), [0, 3]],
    ['come once over two', oneOfSeveral(0, 0, 1, 2, 1, 2), [0, 1, 2]],
    ['wait for those before them that another channel brings', oneOfSeveral(0, 3, 1, 2, 3), [0, 1, 2, 3]],
    ['wait before the first, too', oneOfSeveral(1, 0), [0, 1]],
  ])('%s', (_, arrivals, expected) => {
    expect(delivered(arrivals)).toEqual(expected);
  });

  test('wait in bounded number', () => {
    const numbers = Array.from({ length: maxEarly + 1 }, (_, index) => index + 5);
    let state: InOrder<number> = nothingYet;
    for (const number of numbers) state = takeMessage(state, { number, message: number, alone: false }).state;
    expect(state).toEqual({ next: maxEarly + 6, early: new Map() });
  });

  test('come each once and in order, however the old and the new channel are interleaved, and wherever one takes over', () => {
    const world = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      newFrom: fc.nat(39),
      oldFor: fc.nat(39),
      turns: fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }),
    });
    fc.assert(
      fc.property(world, ({ count, newFrom, oldFor, turns }) => {
        // Make before break: what the old one brings no more, the new one brings.
        const from = Math.min(newFrom, count);
        const all = Array.from({ length: count }, (_, index) => index);
        const old = all.slice(0, Math.max(from, Math.min(oldFor, count)));
        const next = all.slice(from);
        const arrivals: number[] = [];
        for (const isOld of turns) {
          const number = (isOld ? old : next).shift();
          if (number !== undefined) arrivals.push(number);
        }
        expect(delivered(oneOfSeveral(...arrivals, ...old, ...next))).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });
});
