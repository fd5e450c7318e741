import { expect, test } from 'vitest';
import { isSameJson } from './same-json.js';

test.each<[string, unknown, unknown, boolean]>([
  ['keys in another order', { a: 1, b: [2] }, { b: [2], a: 1 }, true],
  ['a key that is undefined', { a: 1, b: undefined }, { a: 1 }, true],
  ['another value', { a: { b: 1 } }, { a: { b: 2 } }, false],
  ['one key more', { a: 1 }, { a: 1, b: 2 }, false],
  ['a longer list', [1], [1, 2], false],
  ['a list in another order', [1, 2], [2, 1], false],
  ['a list and an object', [], {}, false],
  ['null and an object', null, {}, false],
])('%s', (_, a, b, same) => {
  expect(isSameJson(a, b)).toBe(same);
  expect(isSameJson(b, a)).toBe(same);
});
