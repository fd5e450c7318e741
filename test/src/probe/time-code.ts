/**
 * When a picture was taken and by which camera, painted into it as black and white blocks: two rows of twenty over the top
 * of the picture, in luma. Big enough to outlive scaling and VP8 at low bitrates; a checksum tells a code from noise.
 */
export interface TimeCode {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** 1 to 255. */
  readonly cameraId: number;
}

/** One plane of 8-bit luma, row by row. */
export interface LumaPlane {
  readonly data: Uint8Array;
  readonly stride: number;
  readonly width: number;
  /** Of the whole picture; the plane may hold only its top `codeShare`. */
  readonly height: number;
}

const columns = 20;
const rows = 2;
/** A time code's time wraps around after so long: 4.6 hours. */
const timeRangeMs = 2 ** 24;
const black = 24;
const white = 228;
/** Blocks this near to grey are not trusted. */
const greyMargin = 24;

/** How much of the picture's height the code takes, from the top. */
export const codeShare = 0.25;

export function paintTimeCode(plane: LumaPlane, code: TimeCode): void {
  bitsOf(code).forEach((bit, index) => paintBlock(plane, index, bit ? white : black));
}

/** @param nowMs the reader's clock, which tells the hours that the code leaves out; both must be the same machine's. */
export function readTimeCode(plane: LumaPlane, nowMs: number): TimeCode | undefined {
  const bits: boolean[] = [];
  for (let index = 0; index < columns * rows; index++) {
    const level = sampleBlock(plane, index);
    if (Math.abs(level - 128) < greyMargin) return undefined;
    bits.push(level > 128);
  }
  const time = numberOf(bits.slice(0, 24));
  const cameraId = numberOf(bits.slice(24, 32));
  if (cameraId === 0 || numberOf(bits.slice(32)) !== checksum(time, cameraId)) return undefined;
  return { timeMs: nearest(time, nowMs), cameraId };
}

function bitsOf({ timeMs, cameraId }: TimeCode): boolean[] {
  const time = Math.floor(timeMs) % timeRangeMs;
  return [...bits(time, 24), ...bits(cameraId, 8), ...bits(checksum(time, cameraId), 8)];
}

function bits(value: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, index) => ((value >>> (count - 1 - index)) & 1) === 1);
}

function numberOf(list: readonly boolean[]): number {
  return list.reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
}

function checksum(time: number, cameraId: number): number {
  const mixed = Math.imul((time ^ (cameraId << 24)) | 0, 0x9e3779b1);
  return (mixed >>> 24) ^ 0xa5;
}

function nearest(time: number, nowMs: number): number {
  const base = Math.floor(nowMs / timeRangeMs) * timeRangeMs + time;
  if (base - nowMs > timeRangeMs / 2) return base - timeRangeMs;
  return nowMs - base > timeRangeMs / 2 ? base + timeRangeMs : base;
}

function blockOf({ width, height }: LumaPlane, index: number): { x: number; y: number; w: number; h: number } {
  const w = width / columns;
  const h = (height * codeShare) / rows;
  return { x: (index % columns) * w, y: Math.floor(index / columns) * h, w, h };
}

function paintBlock(plane: LumaPlane, index: number, level: number): void {
  const { x, y, w, h } = blockOf(plane, index);
  for (let row = Math.floor(y); row < Math.floor(y + h); row++) {
    plane.data.fill(level, row * plane.stride + Math.floor(x), row * plane.stride + Math.floor(x + w));
  }
}

/** The mean of the block's middle. */
function sampleBlock(plane: LumaPlane, index: number): number {
  const { x, y, w, h } = blockOf(plane, index);
  let sum = 0;
  let count = 0;
  for (let row = Math.floor(y + h * 0.3); row <= Math.floor(y + h * 0.7); row++) {
    for (let column = Math.floor(x + w * 0.3); column <= Math.floor(x + w * 0.7); column++) {
      sum += plane.data[row * plane.stride + column] ?? 128;
      count += 1;
    }
  }
  return sum / count;
}
