import { expect, test } from 'vitest';
import { admits } from './admits.js';

const people = new Map(
  [
    { id: 'early', joinedAtMs: 1 },
    { id: 'middle-a', joinedAtMs: 2 },
    { id: 'middle-b', joinedAtMs: 2 },
    { id: 'late', joinedAtMs: 3 },
  ].map((person) => [person.id, person]),
);

test.each([
  [0, ['early', 'middle-a', 'middle-b', 'late']],
  [4, ['early', 'middle-a', 'middle-b', 'late']],
  [3, ['early', 'middle-a', 'middle-b']],
  [2, ['early', 'middle-a']],
  [1, ['early']],
])('with a limit of %i stay exactly %j', (limit, staying) => {
  expect([...people.keys()].filter((id) => admits(people, id, limit))).toEqual(staying);
});

test('who is not in the roster yet is not judged', () => {
  expect(admits(people, 'unseen', 1)).toBe(true);
});
