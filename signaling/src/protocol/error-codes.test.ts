import { expect, test } from 'vitest';
import { errorCodes, errorEntry, isErrorCode } from './error-codes.js';

test('every error says what it means and what to do', () => {
  for (const code of errorCodes) {
    const { title, advice } = errorEntry(code);
    expect(title, code).not.toBe('');
    expect(advice, code).toMatch(/\.$/);
  }
});

test('close codes are the application’s own or standard ones, each of one error; names fit a close frame', () => {
  const closing = errorCodes.filter((code) => errorEntry(code).closeCode !== undefined);
  const codes = closing.map((code) => errorEntry(code).closeCode ?? 0);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code === 1009 || code === 1011 || (code >= 4000 && code < 5000)).toBe(true);
  for (const name of closing) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(123);
});

test('every HTTP status is an error’s', () => {
  for (const code of errorCodes) {
    const status = errorEntry(code).httpStatus;
    if (status !== undefined) expect(status >= 400 && status < 600, code).toBe(true);
  }
});

test('names of objects are no codes', () => {
  expect(['Internal', 'toString', 'constructor', ''].map(isErrorCode)).toEqual([true, false, false, false]);
});
