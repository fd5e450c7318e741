import { describe, expect, test } from 'vitest';
import {
  MAX_REMEMBERED,
  outstandingByNode,
  REMEMBERED_MS,
  reserve,
  RESERVATION_MS,
  settleReservations,
} from './reservations.js';

const two = reserve(
  new Map(),
  new Map([
    ['a', 'n'],
    ['b', 'n'],
  ]),
  1_000,
);

describe('reservations', () => {
  test('count until they are reported', () => {
    expect(outstandingByNode(two, 1_000).get('n')).toBe(2);
    expect(outstandingByNode(settleReservations(two, 'n', 1), 1_000).get('n')).toBe(1);
    expect(outstandingByNode(settleReservations(two, 'other', 2), 1_000).get('n')).toBe(2);
  });

  test('count no longer when nobody came', () => {
    expect(outstandingByNode(two, 1_000 + RESERVATION_MS).get('n')).toBeUndefined();
  });

  test('are not renewed by asking again', () => {
    const again = reserve(two, new Map([['a', 'n']]), 5_000);
    expect(again.get('a')?.atMs).toBe(1_000);
  });

  test('move with their participant', () => {
    expect(outstandingByNode(reserve(two, new Map([['a', 'm']]), 2_000), 2_000)).toEqual(
      new Map([
        ['n', 1],
        ['m', 1],
      ]),
    );
  });

  test('are forgotten, in time and in number', () => {
    expect(reserve(two, new Map(), 1_000 + REMEMBERED_MS).size).toBe(0);
    const many = new Map(Array.from({ length: MAX_REMEMBERED + 10 }, (_, index) => [`p${String(index)}`, 'n']));
    expect(reserve(two, many, 2_000).size).toBe(MAX_REMEMBERED);
  });
});
