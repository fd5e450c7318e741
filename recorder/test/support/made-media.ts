/**
 * Tracks as a recorder stores them, made by ffmpeg so that what is decoded later tells who is seen and heard and of when it is: a
 * picture's upper half is its time in tenths of a second, as ten bits; its lower half has its owner's colour; a sound is a short beep
 * of its owner's pitch at the beginning of each second.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Segment } from '@parley/recorder/format/recording.js';
import { segmentKey } from '@parley/recorder/store/storage-keys.js';

const run = promisify(execFile);

export async function ffmpeg(args: readonly string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args]);
}

export interface PictureTrack {
  readonly trackId: string;
  readonly codec: 'vp8' | 'vp9' | 'h264';
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** Of the lower half: its blue and red differences, 16 to 240. */
  readonly colour: readonly [number, number];
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface SoundTrack {
  readonly trackId: string;
  readonly hertz: number;
  /** From 0 to 1. */
  readonly volume: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

const encoders = {
  vp8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '800k'],
  vp9: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '800k'],
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '800k'],
};

/** Segments of 4 s, whose own timestamps begin anywhere. @param root the job's prefix as a folder. */
export async function makePicture(root: string, track: PictureTrack, recorder = 'first'): Promise<Segment[]> {
  const { codec, width, height, framesPerSecond, colour, fromMs, untilMs } = track;
  const seconds = (untilMs - fromMs) / 1000;
  const bit = `bitand(floor((T+${fromMs / 1000})*10+0.01)\\,pow(2\\,floor(X*10/W)))`;
  const upper = (what: string, below: number): string => `if(lt(Y\\,H/2)\\,${what}\\,${below})`;
  const planes = `lum='${upper(`if(${bit}\\,235\\,16)`, 120)}':cb='${upper('128', colour[0])}':cr='${upper('128', colour[1])}'`;
  const large = `scale=${width}:${height}:flags=neighbor,format=yuv420p`;
  const graph = `nullsrc=s=20x16:r=${framesPerSecond}:d=${seconds},format=yuv444p,geq=${planes},${large}`;
  const keys = ['-force_key_frames', 'expr:gte(t,n_forced*4)', '-g', '100000'];
  return segmented(root, track, recorder, ['-f', 'lavfi', '-i', graph, ...encoders[codec], ...keys]);
}

export async function makeSound(root: string, track: SoundTrack, recorder = 'first'): Promise<Segment[]> {
  const { hertz, volume, fromMs, untilMs } = track;
  const beep = `${volume}*sin(2*PI*${hertz}*t)*lt(mod(t+${fromMs / 1000}\\,1)\\,0.2)`;
  const graph = `aevalsrc=${beep}:s=48000:d=${(untilMs - fromMs) / 1000}`;
  return segmented(root, track, recorder, ['-f', 'lavfi', '-i', graph, '-c:a', 'libopus', '-b:a', '48k']);
}

/** Where a segment is on the disk. */
export function segmentPath(root: string, { key }: Segment): string {
  return join(root, key);
}

async function segmented(
  root: string,
  { trackId, fromMs, untilMs }: { readonly trackId: string; readonly fromMs: number; readonly untilMs: number },
  recorder: string,
  source: readonly string[],
): Promise<Segment[]> {
  const folder = join(root, 'segments', recorder, encodeURIComponent(trackId));
  await mkdir(folder, { recursive: true });
  const cut = ['-f', 'segment', '-segment_time', '4', '-segment_format', 'matroska', '-segment_time_delta', '0.02'];
  await ffmpeg([...source, ...cut, join(folder, 'part-%03d.mkv')]);
  const parts = (await readdir(folder)).filter((name) => name.startsWith('part-')).toSorted();
  const made = await Promise.all(
    parts.map(async (part, index) => {
      const startMs = fromMs + index * 4_000;
      const durationMs = Math.min(4_000, untilMs - startMs);
      const key = segmentKey({ recorder, trackId, startMs, durationMs });
      await rename(join(folder, part), join(root, key));
      return { trackId, startMs, durationMs, key, bytes: (await stat(join(root, key))).size };
    }),
  );
  // A sound's last packet may reach into one more.
  return made.filter(({ durationMs }) => durationMs > 0);
}
