/**
 * Which layers of a remote video to ask for, from the size that it is shown at: never more pixels than the tile has,
 * never fewer than half of it while a larger layer exists.
 */

/** How a video is shown. `widthPx` is in device pixels (CSS pixels × devicePixelRatio). */
export interface VideoHint {
  readonly widthPx: number;
  readonly visible: boolean;
}

/** What a remote video offers: widths of its spatial layers, smallest first. */
export interface VideoLadder {
  readonly layerWidthsPx: readonly number[];
  readonly temporalLayers: number;
}

export type LayerChoice =
  { readonly kind: 'Paused' } | { readonly kind: 'Layers'; readonly spatial: number; readonly temporal: number };

/** A layer serves a tile until the tile is this much wider than the layer. */
const upscaleTolerance = 1.25;
/** Tiles narrower than this need no full frame rate. */
const thumbnailWidthPx = 160;

export function selectLayers(hint: VideoHint, ladder: VideoLadder): LayerChoice {
  if (!hint.visible || hint.widthPx <= 0) return { kind: 'Paused' };
  const top = Math.max(0, ladder.layerWidthsPx.length - 1);
  const enough = ladder.layerWidthsPx.findIndex((widthPx) => widthPx * upscaleTolerance >= hint.widthPx);
  const spatial = enough === -1 ? top : enough;
  const topTemporal = Math.max(0, ladder.temporalLayers - 1);
  const temporal = hint.widthPx <= thumbnailWidthPx ? Math.min(1, topTemporal) : topTemporal;
  return { kind: 'Layers', spatial, temporal };
}

export function sameChoice(a: LayerChoice | undefined, b: LayerChoice): boolean {
  if (a === undefined || a.kind !== b.kind) return false;
  if (a.kind === 'Paused' || b.kind === 'Paused') return true;
  return a.spatial === b.spatial && a.temporal === b.temporal;
}
