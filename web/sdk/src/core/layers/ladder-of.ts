import type { VideoLadder } from './select-layers.js';

/** Widths that select-encodings.ts gives to a camera with so many spatial layers. */
const widthsByLayerCount: Record<number, readonly number[]> = { 1: [1280], 2: [320, 640], 3: [320, 640, 1280] };

/**
 * The layers behind a consumer's `scalabilityMode` (such as `L3T3` or `S3T3`; mediasoup writes simulcast the same way).
 * Without one the video has a single layer.
 */
export function ladderOf(scalabilityMode: string | undefined): VideoLadder {
  const match = /^[LS](\d)T(\d)/.exec(scalabilityMode ?? '');
  const spatial = Number(match?.[1] ?? 1);
  return {
    layerWidthsPx: widthsByLayerCount[spatial] ?? Array.from({ length: spatial }, (_, i) => 320 * 2 ** i),
    temporalLayers: Number(match?.[2] ?? 1),
  };
}
