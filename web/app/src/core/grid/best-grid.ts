/** The columns and tile size that waste the least of a stage. All sizes in CSS pixels. */

export interface Stage {
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface GridOptions {
  readonly gapPx: number;
  /** Width by height of a tile. */
  readonly aspectRatio: number;
  /** Tiles don't get narrower than this: the stage scrolls instead. */
  readonly minTileWidthPx: number;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidthPx: number;
  readonly tileHeightPx: number;
  readonly scrolls: boolean;
}

/** On an upright stage (a phone) square tiles waste less than wide ones; pictures are cropped to them. */
export function tileAspectRatioOf(stage: Stage): number {
  return stage.heightPx > stage.widthPx ? 1 : 16 / 9;
}

function gridOf(count: number, columns: number, stage: Stage, options: GridOptions): Grid {
  const { gapPx, aspectRatio, minTileWidthPx } = options;
  const rows = Math.ceil(count / columns);
  const byWidth = (stage.widthPx - gapPx * (columns - 1)) / columns;
  const byHeight = ((stage.heightPx - gapPx * (rows - 1)) / rows) * aspectRatio;
  const fitting = Math.max(0, Math.min(byWidth, byHeight));
  const scrolls = fitting < minTileWidthPx && byWidth > fitting;
  const tileWidthPx = Math.floor(scrolls ? Math.min(byWidth, minTileWidthPx) : fitting);
  return { columns, rows, tileWidthPx, tileHeightPx: Math.floor(tileWidthPx / aspectRatio), scrolls };
}

/** The largest tiles win; among equals the fewest columns. Tiles that would be too small to see scroll at the smallest size. */
export function bestGrid(count: number, stage: Stage, options: GridOptions): Grid {
  if (count <= 0) return { columns: 1, rows: 0, tileWidthPx: 0, tileHeightPx: 0, scrolls: false };
  const grids = Array.from({ length: count }, (_, i) => gridOf(count, i + 1, stage, options)).filter(
    (grid) => grid.columns === 1 || grid.tileWidthPx >= Math.min(options.minTileWidthPx, stage.widthPx),
  );
  const area = (grid: Grid): number => (grid.scrolls ? 0 : grid.tileWidthPx);
  const fitting = grids.reduce((best, grid) => (area(grid) > area(best) ? grid : best));
  if (!fitting.scrolls) return fitting;
  // Nothing fits: as many of the smallest tiles in a row as there is room for.
  return grids[grids.length - 1] ?? fitting;
}
