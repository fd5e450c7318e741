import { expect, it } from 'vitest';
import { createFakeClock, settle } from '../kube/testing/fake-clock.js';
import { createDialTurns } from './dial-turns.js';

async function aRow(count: number) {
  const clock = createFakeClock();
  const turns = createDialTurns({ atOnce: 2, turnMs: 500, clock });
  const stop = new AbortController();
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  for (let index = 0; index < count; index += 1) {
    void turns.take(stop.signal).then((end) => {
      begun.push(index);
      ends.set(index, end);
    });
  }
  await settle();
  return { clock, stop, begun, end: async (index: number) => (ends.get(index)?.(), settle()) };
}

it('lets the next begin when one is done, in order', async () => {
  const { begun, end } = await aRow(4);
  expect(begun).toEqual([0, 1]);
  await end(1);
  await end(1);
  expect(begun).toEqual([0, 1, 2]);
  await end(0);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('lets one that takes long hold up no other', async () => {
  const { clock, begun, end } = await aRow(5);
  await clock.advance(499);
  expect(begun).toEqual([0, 1]);
  await clock.advance(1);
  expect(begun).toEqual([0, 1, 2, 3]);
  // Its turn is over already.
  await end(0);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('lets everybody go when it is over', async () => {
  const { stop, begun } = await aRow(9);
  stop.abort();
  await settle();
  expect(begun).toHaveLength(9);
});
