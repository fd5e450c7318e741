/** All that a scene's pictures are made of, and nothing else: equal recipes make equal files. */
import { msOfFrame } from './canvas.js';
import type { Feed } from './feeds.js';
import { fitted, initialsOf } from './label.js';
import type { Box } from './layout.js';
import type { Scene, Tile } from './scenes.js';
import { sourceListOf, type SourceList } from './source-list.js';

/** Grows when the same recipe would make another picture. */
const recipeVersion = 2;

export interface SceneRecipe {
  readonly version: number;
  readonly frames: number;
  readonly tiles: readonly RecipeTile[];
  /** Where there is no tile. */
  readonly title: string;
}

export interface RecipeTile {
  readonly box: Box;
  readonly fontPx: number;
  readonly label: string;
  readonly picture:
    | { readonly kind: 'Video'; readonly source: SourceList }
    | { readonly kind: 'Still'; readonly initials: string; readonly note: string };
}

export function recipeOf(scene: Scene, feeds: readonly Feed[], title: string): SceneRecipe {
  return {
    version: recipeVersion,
    frames: scene.frames,
    tiles: scene.tiles.map((tile) => recipeTile(tile, scene, feeds)),
    title: scene.tiles.length === 0 ? fitted(title, 1600, 48) : '',
  };
}

export function isStill({ tiles }: SceneRecipe): boolean {
  return tiles.every(({ picture }) => picture.kind === 'Still');
}

/** Keys of the segments that it needs. */
export function segmentsOf({ tiles }: SceneRecipe): string[] {
  return tiles.flatMap(({ picture }) => (picture.kind === 'Video' ? picture.source.entries.map(({ key }) => key) : []));
}

function recipeTile(tile: Tile, scene: Scene, feeds: readonly Feed[]): RecipeTile {
  const { box, name, picture } = tile;
  const fontPx = Math.round(Math.min(28, Math.max(14, box.height * 0.05)));
  const label = fitted(tile.source === 'screen' && name !== '' ? `${name} (screen)` : name, box.width - 32, fontPx);
  const span = { fromMs: msOfFrame(scene.firstFrame), untilMs: msOfFrame(scene.firstFrame + scene.frames) };
  const feed = picture.kind === 'Video' ? feeds.find(({ trackId }) => trackId === picture.trackId) : undefined;
  const source = feed === undefined ? undefined : sourceListOf(feed.pieces, span);
  if (source !== undefined) return { box, fontPx, label, picture: { kind: 'Video', source } };
  const note = picture.kind === 'Lost' ? 'Not recorded' : '';
  return { box, fontPx, label, picture: { kind: 'Still', initials: initialsOf(name), note } };
}
