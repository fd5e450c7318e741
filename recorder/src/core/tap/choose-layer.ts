/**
 * Which spatial layer of a camera is recorded. A picture of 1920×1080 shows up to 4 cameras at 960×540 and up to 16 at 480×270; whoever wants
 * each camera by itself, or large while it speaks, gets the best of each.
 */

export type LayerWish = 'Best' | 'AsShown';

/** mediasoup takes the best that there is where there are fewer. */
const best = 2;
const limits = [
  { cameras: 4, layer: best },
  { cameras: 16, layer: 1 },
] as const;

/**
 * @param cameras that are on.
 * @param before what was chosen last: a layer is gone up to only when one camera fewer would be on than need be, as each change is a new
 * picture size in the recording.
 */
export function chooseLayer(cameras: number, wish: LayerWish, before: number | undefined): number {
  if (wish === 'Best') return best;
  const now = layerFor(cameras);
  return before !== undefined && now > before ? Math.max(before, layerFor(cameras + 1)) : now;
}

function layerFor(cameras: number): number {
  return limits.find((limit) => cameras <= limit.cameras)?.layer ?? 0;
}
