import { expect, test } from 'vitest';
import { formatAttachment, isSuperseded, parseAttachment } from './attachment.js';

test('what was written is read again', () => {
  expect(parseAttachment(formatAttachment({ turn: 3, connection: 'c' }))).toEqual({ turn: 3, connection: 'c' });
});

test.each(['', '{', '[]', '{"turn":-1,"connection":"c"}', '{"turn":"1"}'])('%j is nobody’s seat', (json) => {
  expect(parseAttachment(json)).toBeUndefined();
});

test.each([
  ['itself', { turn: 2, connection: 'b' }, false],
  ['a later turn', { turn: 3, connection: 'a' }, true],
  ['an earlier turn, told late', { turn: 1, connection: 'a' }, false],
  ['the same turn of a connection that is before it', { turn: 2, connection: 'a' }, false],
  ['the same turn of a connection that is after it', { turn: 2, connection: 'c' }, true],
])('a seat is taken over by %s: %j', (_name, seen, superseded) => {
  const own = { turn: 2, connection: 'b' };
  expect(isSuperseded(own, seen)).toBe(superseded);
  // Exactly one of two different ones goes.
  if (seen.connection !== own.connection) expect(isSuperseded(seen, own)).toBe(!superseded);
});

test('what is not known takes nothing over', () => {
  expect(isSuperseded({ turn: 1, connection: 'a' }, undefined)).toBe(false);
});
