import { describe, expect, it } from 'vitest';
import { gridOf, stageOf } from './layout.js';

describe('the grid', () => {
  it.each([
    [1, 1, 1920],
    [2, 2, 956],
    [3, 2, 952],
    [4, 2, 952],
    [5, 3, 634],
    [9, 3, 630],
    [10, 4, 474],
    [25, 5, 372],
  ])('of %i tiles has %i in its first row, each %i wide', (tiles, columns, width) => {
    const boxes = gridOf(tiles);
    expect(boxes).toHaveLength(tiles);
    expect(boxes.filter(({ y }) => y === boxes[0]?.y)).toHaveLength(columns);
    expect(boxes[0]?.width).toBe(width);
  });

  it('has its last row in the middle', () => {
    const [, , last] = gridOf(3);
    expect((last?.x ?? 0) * 2 + (last?.width ?? 0)).toBe(1920);
  });
});

describe('the stage', () => {
  it('has the whole canvas where nobody else is there', () => {
    expect(stageOf({ others: 0, main: 'Tall', maxColumns: 1 })).toEqual([{ x: 0, y: 0, width: 1920, height: 1080 }]);
  });

  it('has the others to the right of the main tile, in two columns when there are many', () => {
    const [main, first] = stageOf({ others: 6, main: 'Wide', maxColumns: 2 });
    expect(main).toEqual({ x: 0, y: 88, width: 1608, height: 904 });
    expect(first).toEqual({ x: 1616, y: 10, width: 304, height: 170 });
    const columns = new Set(stageOf({ others: 14, main: 'Tall', maxColumns: 2 }).map(({ x }) => x));
    expect([...columns]).toEqual([0, 1432, 1680]);
  });
});
