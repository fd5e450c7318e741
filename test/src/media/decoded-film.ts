/** The time codes of the fake cameras (test/page/fake-camera.ts), read from the tiles of a recording's decoded pictures. */
import { codeShare, readTimeCode, type TimeCode } from '../probe/time-code.js';
import type { Stall } from '../probe/probe-contract.js';
import { decodeInto } from './ffmpeg.js';

/** A part of the picture, in pixels of 1920 × 1080. */
export interface TileBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** For each frame what a tile says; undefined: no camera's picture is there. */
export type TileCodes = readonly (TimeCode | undefined)[];

const framesPerSecond = 30;
const small = { width: 640, height: 360, factor: 3 };

/** @param nowMs some time within hours of the recording, on the cameras' clock. */
export async function tileCodesOf(path: string, tiles: readonly TileBox[], nowMs: number): Promise<TileCodes[]> {
  const codes = tiles.map((): (TimeCode | undefined)[] => []);
  const frame = Buffer.alloc(small.width * small.height);
  let filled = 0;
  const read = (): void => {
    for (const [index, { x, y, width, height }] of tiles.entries()) {
      const [left, top] = [Math.round(x / small.factor), Math.round(y / small.factor)];
      const size = { width: Math.round(width / small.factor), height: Math.round(height / small.factor) };
      const from = top * small.width + left;
      const data = frame.subarray(from, from + Math.ceil(size.height * codeShare) * small.width);
      codes[index]?.push(readTimeCode({ data, stride: small.width, ...size }, nowMs));
    }
  };
  const filter = `scale=${small.width}:${small.height}:flags=area,format=gray`;
  const args = ['-i', path, '-map', '0:v', '-vf', filter, '-fps_mode', 'passthrough', '-f', 'rawvideo'];
  await decodeInto(args, (chunk) => {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(chunk.length - at, frame.length - filled);
      chunk.copy(frame, filled, at, at + taken);
      at += taken;
      filled += taken;
      if (filled < frame.length) continue;
      read();
      filled = 0;
    }
  });
  return codes;
}

export interface TileReport {
  /** All that were seen. */
  readonly cameraIds: readonly number[];
  /** From the first picture to the last, in the film's own time. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Times in which a tile shows nothing of the camera or one picture for longer than `longestStillMs`, in the film's own time. */
  readonly gaps: readonly Stall[];
  /** What the camera took between one shown picture and the next, where that is long: on the camera's clock. */
  readonly jumps: readonly Stall[];
  /** Pictures that were shown after later ones. */
  readonly backwards: number;
  /** How much later than it was taken a picture is shown on the recording's clock: the middle of all. */
  readonly delayMs: number;
}

const longestStillMs = 250;

/** @param startedAtMs the film's zero on the cameras' clock. */
export function reportOnTile(codes: TileCodes, startedAtMs: number): TileReport {
  const changes: { readonly frame: number; readonly code: TimeCode }[] = [];
  for (const [frame, code] of codes.entries())
    if (code !== undefined && code.timeMs !== changes.at(-1)?.code.timeMs) changes.push({ frame, code });
  const shown = [...changes.map(({ frame }) => frame), codes.length];
  const pairs = changes.slice(1).map(({ code }, index) => ({
    fromMs: changes[index]?.code.timeMs ?? 0,
    toMs: code.timeMs,
  }));
  return {
    cameraIds: [...new Set(changes.map(({ code }) => code.cameraId))],
    firstMs: msOf(changes[0]?.frame ?? codes.length),
    lastMs: msOf(codes.findLastIndex((code) => code !== undefined) + 1),
    gaps: shown
      .slice(1)
      .map((frame, index) => ({ fromMs: msOf(shown[index] ?? 0), toMs: msOf(frame) }))
      .filter(({ fromMs, toMs }) => toMs - fromMs > longestStillMs),
    jumps: pairs.filter(({ fromMs, toMs }) => toMs - fromMs > longestStillMs),
    backwards: pairs.filter(({ fromMs, toMs }) => toMs < fromMs).length,
    delayMs: median(changes.map(({ frame, code }) => startedAtMs + msOf(frame) - code.timeMs)),
  };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function msOf(frame: number): number {
  return (frame * 1_000) / framesPerSecond;
}
