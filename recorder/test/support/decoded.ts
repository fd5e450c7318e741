/** What a finished file shows, from its decoded pictures. */
import { decodeInto } from '@parley/e2e/media/ffmpeg.js';
import type { Box } from '@parley/recorder/core/compose/layout.js';

async function output(args: readonly string[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await decodeInto(args, (chunk) => void chunks.push(chunk));
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
