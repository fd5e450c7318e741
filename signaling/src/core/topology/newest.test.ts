import { expect, test } from 'vitest';
import { compareFences, isNewer } from './newest.js';

test.each([
  ['a later epoch of the same leader', { term: 1, epoch: 5 }, { term: 1, epoch: 4 }, true],
  ['the same decision', { term: 1, epoch: 5 }, { term: 1, epoch: 5 }, false],
  ['an earlier epoch', { term: 1, epoch: 4 }, { term: 1, epoch: 5 }, false],
  ['a later leader, though its epoch is lower', { term: 2, epoch: 1 }, { term: 1, epoch: 9 }, true],
  ['an earlier leader, though its epoch is higher', { term: 1, epoch: 9 }, { term: 2, epoch: 1 }, false],
  ['anything over nothing', { term: 0, epoch: 0 }, undefined, true],
])('law 3: %s', (_name, candidate, known, newer) => {
  expect(isNewer(candidate, known)).toBe(newer);
  if (known !== undefined)
    expect(Math.sign(compareFences(candidate, known))).toBe(-Math.sign(compareFences(known, candidate)) + 0);
});
