import { expect, it } from 'vitest';
import { chooseLayer } from './choose-layer.js';

it.each<readonly [string, Parameters<typeof chooseLayer>, number]>([
  ['few cameras are shown large', [4, 'AsShown', undefined], 2],
  ['more are shown smaller', [5, 'AsShown', undefined], 1],
  ['a crowd smaller still', [17, 'AsShown', undefined], 0],
  ['one that comes makes all smaller at once', [5, 'AsShown', 2], 1],
  ['one that goes does not make them larger, as another may come', [4, 'AsShown', 1], 1],
  ['two that go do', [3, 'AsShown', 1], 2],
  ['so do many', [1, 'AsShown', 0], 2],
  ['by itself each is recorded at its best', [30, 'Best', 0], 2],
])('%s', (_, given, layer) => {
  expect(chooseLayer(...given)).toBe(layer);
});
