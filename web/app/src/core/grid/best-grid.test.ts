import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestGrid, tileAspectRatioOf } from './best-grid.js';

const options = { gapPx: 8, aspectRatio: 16 / 9, minTileWidthPx: 140 };
const laptop = { widthPx: 1280, heightPx: 640 };
const phone = { widthPx: 344, heightPx: 600 };

describe('bestGrid', () => {
  test.each([
    ['one on a laptop', 1, laptop, 1, 1],
    ['two side by side on a laptop', 2, laptop, 2, 1],
    ['five on a laptop', 5, laptop, 3, 2],
    ['nine on a laptop', 9, laptop, 3, 3],
    ['two above each other on a phone', 2, phone, 1, 2],
    ['five on a phone', 5, phone, 2, 3],
    ['nobody', 0, laptop, 1, 0],
  ])('%s', (...[, count, stage, columns, rows]) => {
    const aspectRatio = tileAspectRatioOf(stage);
    expect(bestGrid(count, stage, { ...options, aspectRatio })).toMatchObject({ columns, rows });
  });

  test('a crowd on a phone scrolls instead of shrinking out of sight', () => {
    expect(bestGrid(40, phone, options)).toMatchObject({ columns: 2, tileWidthPx: 140, scrolls: true });
  });

  test('tiles fit the stage, or it scrolls', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(2500), fc.nat(1500), (count, widthPx, heightPx) => {
        const grid = bestGrid(count, { widthPx, heightPx }, options);
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
        expect(grid.columns * (grid.tileWidthPx + 8) - 8).toBeLessThanOrEqual(Math.max(widthPx, 0));
        if (!grid.scrolls && grid.tileHeightPx > 0) {
          expect(grid.rows * (grid.tileHeightPx + 8) - 8).toBeLessThanOrEqual(heightPx);
        }
      }),
    );
  });
});
