/** What a finished file shows and sounds like, from its decoded pictures and samples. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Box } from '@parley/recorder/core/compose/layout.js';

async function output(args: readonly string[]): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', '-xerror', ...args, '-'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  return Buffer.concat(chunks);
}

/** A film in small, of which parts of any frame can be looked at. */
export interface Film {
  readonly frames: number;
  /** The time that a tile says in a frame, in milliseconds; undefined: it isn't of a made picture. */
  timeCode(frame: number, tile: Box): number | undefined;
  /** Y, U and V of a place on the canvas. */
  colour(frame: number, place: Place): readonly [number, number, number];
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

const small = { width: 480, height: 270, factor: 4 };

export async function filmOf(path: string): Promise<Film> {
  const filter = `scale=${small.width}:${small.height}:flags=area,format=yuv444p`;
  const bytes = await output(['-i', path, '-map', '0:v', '-vf', filter, '-fps_mode', 'passthrough', '-f', 'rawvideo']);
  const plane = small.width * small.height;
  const colour: Film['colour'] = (frame, { x, y }) => {
    const at = frame * plane * 3 + Math.floor(y / small.factor) * small.width + Math.floor(x / small.factor);
    return [bytes[at] ?? 0, bytes[at + plane] ?? 0, bytes[at + 2 * plane] ?? 0];
  };
  return {
    frames: bytes.length / (plane * 3),
    colour,
    timeCode(frame, tile) {
      const y = tile.y + tile.height / 4;
      const bits = Array.from(
        { length: 10 },
        (_, bit) => colour(frame, { x: tile.x + ((bit + 0.5) * tile.width) / 10, y })[0],
      );
      if (bits.some((luma) => luma > 35 && luma < 180)) return undefined;
      return bits.reduce((tenths, luma, bit) => tenths + (luma > 128 ? 2 ** bit : 0), 0) * 100;
    },
  };
}

/** The brightness of each pixel of a part of one frame. */
export async function lumas(path: string, frame: number, { x, y, width, height }: Box): Promise<Buffer> {
  const filter = `crop=${width}:${height}:${x}:${y},format=gray`;
  const at = ['-ss', `${(frame + 0.5) / 30}`, '-i', path, '-frames:v', '1', '-vf', filter, '-f', 'rawvideo'];
  return output(at);
}

export const sampleRate = 16_000;

/** Both channels together, from -1 to 1. */
export async function samplesOf(path: string): Promise<Float32Array> {
  const bytes = await output(['-i', path, '-map', '0:a', '-ac', '1', '-ar', `${sampleRate}`, '-f', 'f32le']);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** How loud a pitch is from a time on (Goertzel's algorithm): the amplitude of its sine. */
export function loudness(samples: Float32Array, hertz: number, fromMs: number, lengthMs: number): number {
  const from = Math.round((fromMs * sampleRate) / 1000);
  const part = samples.subarray(Math.max(0, from), from + Math.round((lengthMs * sampleRate) / 1000));
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / sampleRate);
  let [one, two] = [0, 0];
  for (const sample of part) [one, two] = [sample + turn * one - two, one];
  return (2 * Math.sqrt(Math.max(0, one * one + two * two - turn * one * two))) / Math.max(1, part.length);
}
