/** Where on the canvas tiles are. All numbers are even, as the colour planes have half the resolution. */
import { height, width } from './canvas.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const marginPx = 8;
export const maxGalleryTiles = 25;
const whole: Box = { x: 0, y: 0, width, height };

/** The grid in which 16:9 tiles are largest; a last row that isn't full is centred. */
export function gridOf(tiles: number): Box[] {
  if (tiles === 1) return [whole];
  let best = { columns: 1, tile: 0 };
  for (let columns = 1; columns <= tiles; columns += 1) {
    const tile = tileWidth(columns, Math.ceil(tiles / columns));
    if (tile > best.tile) best = { columns, tile };
  }
  const size = { width: best.tile, height: even((best.tile * 9) / 16) };
  const rows = Math.ceil(tiles / best.columns);
  const top = even((height - rows * size.height - (rows - 1) * marginPx) / 2);
  return Array.from({ length: tiles }, (_, tile) => {
    const row = Math.floor(tile / best.columns);
    const inRow = Math.min(best.columns, tiles - row * best.columns);
    const left = even((width - inRow * size.width - (inRow - 1) * marginPx) / 2);
    return {
      x: left + (tile % best.columns) * (size.width + marginPx),
      y: top + row * (size.height + marginPx),
      ...size,
    };
  });
}

export interface StageOptions {
  /** Beside the main tile. */
  readonly others: number;
  /** Of 16:9, or as high as the canvas, for pictures of any shape. */
  readonly main: 'Wide' | 'Tall';
  readonly maxColumns: 1 | 2;
}

interface Strip {
  readonly columns: number;
  readonly rows: number;
  readonly tile: { readonly width: number; readonly height: number };
}
const oneColumn: Strip = { columns: 1, rows: 6, tile: { width: 304, height: 170 } };
const twoColumns: Strip = { columns: 2, rows: 7, tile: { width: 240, height: 134 } };

/** How many find room beside the main tile. */
export function stripRoom(maxColumns: 1 | 2): number {
  const { columns, rows } = maxColumns === 1 ? oneColumn : twoColumns;
  return columns * rows;
}

/** One tile large, first in the result, and the others in a strip to its right. */
export function stageOf({ others, main, maxColumns }: StageOptions): Box[] {
  if (others === 0) return [whole];
  const strip = maxColumns === 2 && others > oneColumn.rows ? twoColumns : oneColumn;
  const { tile } = strip;
  const columns = Math.min(strip.columns, others);
  const stripWidth = columns * tile.width + (columns - 1) * marginPx;
  const mainWidth = width - stripWidth - marginPx;
  const mainHeight = main === 'Tall' ? height : even((mainWidth * 9) / 16);
  const rows = Math.ceil(others / columns);
  const top = even((height - rows * tile.height - (rows - 1) * marginPx) / 2);
  const boxes = Array.from({ length: others }, (_, index) => ({
    x: mainWidth + marginPx + (index % columns) * (tile.width + marginPx),
    y: top + Math.floor(index / columns) * (tile.height + marginPx),
    ...tile,
  }));
  return [{ x: 0, y: even((height - mainHeight) / 2), width: mainWidth, height: mainHeight }, ...boxes];
}

function tileWidth(columns: number, rows: number): number {
  const byWidth = (width - (columns - 1) * marginPx) / columns;
  const byHeight = (((height - (rows - 1) * marginPx) / rows) * 16) / 9;
  return even(Math.min(byWidth, byHeight));
}

/** The largest even number up to it. */
function even(value: number): number {
  return 2 * Math.floor(value / 2);
}
