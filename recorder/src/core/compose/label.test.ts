import { expect, it } from 'vitest';
import { cleanName, fitted, initialsOf } from './label.js';

it.each([
  ['Ada Lovelace', 'Ada Lovelace', 'AL'],
  ['  bo \n', 'bo', 'B'],
  ['Jean-Luc de la Tour', 'Jean-Luc de la Tour', 'JT'],
  ['evil\u202Etxt\u0000', 'evil txt', 'ET'],
  ["%{localtime} it's [0]:", "%{localtime} it's [0]:", 'L0'],
  ['王小明', '王小明', '王'],
  ['', '', ''],
])('%j is written %j, in short %j', (name, clean, initials) => {
  expect([cleanName(name), initialsOf(name)]).toEqual([clean, initials]);
});

it('cuts what has no room', () => {
  expect(fitted('Ada Lovelace', 200, 20)).toBe('Ada Lovelace');
  expect(fitted('Ada Lovelace', 100, 20)).toBe('Ada Lov…');
});
