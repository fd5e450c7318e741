import { describe, expect, test } from 'vitest';
import { sameChoice, selectLayers } from './select-layers.js';

const ladder = { layerWidthsPx: [320, 640, 1280], temporalLayers: 3 };
const layers = (spatial: number, temporal: number) => ({ kind: 'Layers', spatial, temporal });

describe('selectLayers', () => {
  const cases: Record<string, [Parameters<typeof selectLayers>[0], Parameters<typeof selectLayers>[1], unknown]> = {
    'a hidden tile is paused': [{ widthPx: 800, visible: false }, ladder, { kind: 'Paused' }],
    'a tile without width is paused': [{ widthPx: 0, visible: true }, ladder, { kind: 'Paused' }],
    'a thumbnail takes the lowest layer at a lower frame rate': [{ widthPx: 120, visible: true }, ladder, layers(0, 1)],
    'a small tile takes the lowest layer': [{ widthPx: 320, visible: true }, ladder, layers(0, 2)],
    'a tile slightly wider than a layer is still served by it': [{ widthPx: 400, visible: true }, ladder, layers(0, 2)],
    'a tile clearly wider than a layer takes the next': [{ widthPx: 401, visible: true }, ladder, layers(1, 2)],
    'a large tile takes the top layer': [{ widthPx: 1200, visible: true }, ladder, layers(2, 2)],
    'a tile beyond every layer takes the top layer': [{ widthPx: 4000, visible: true }, ladder, layers(2, 2)],
    'an unlayered video has only layer 0': [
      { widthPx: 4000, visible: true },
      { layerWidthsPx: [1280], temporalLayers: 1 },
      layers(0, 0),
    ],
  };
  test.each(Object.entries(cases))('%s', (_, [hint, of, expected]) => {
    expect(selectLayers(hint, of)).toEqual(expected);
  });
});

test('choices are compared by what they ask for', () => {
  const a = selectLayers({ widthPx: 300, visible: true }, ladder);
  expect(sameChoice(a, selectLayers({ widthPx: 310, visible: true }, ladder))).toBe(true);
  expect(sameChoice(a, selectLayers({ widthPx: 1000, visible: true }, ladder))).toBe(false);
  expect(sameChoice(undefined, a)).toBe(false);
  expect(sameChoice({ kind: 'Paused' }, { kind: 'Paused' })).toBe(true);
});
