import { expect, test } from 'vitest';
import { parseNumbered, writeNumbered } from './numbered.js';

const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer;

test.each(['', 'hello', '3:x', 'änders\n'])('the text %j travels as text', (payload) => {
  const message = writeNumbered({ number: 42, payload });
  expect(message).toBe(`42:${payload}`);
  expect(parseNumbered(message)).toEqual({ number: 42, payload });
});

test.each([[[]], [[1, 2, 3]]])('the bytes %j travel as bytes', (values) => {
  const message = writeNumbered({ number: 4_000_000_000, payload: bytes(...values) });
  expect(parseNumbered(message)).toEqual({ number: 4_000_000_000, payload: bytes(...values) });
});

test.each(['', 'hello', ':x', '12345678901:x', bytes(1, 2, 3)])('%j is no numbered message', (message) => {
  expect(parseNumbered(message)).toBeUndefined();
});
