/** What a segment holds, as ffmpeg decodes it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Decoded {
  readonly codec: string;
  /** Pictures, or packets of sound. */
  readonly frames: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly widths: readonly number[];
}

/** @throws Error where anything in it does not decode. */
export async function decode(path: string): Promise<Decoded> {
  await run('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-']);
  const { stdout } = await run('ffprobe', [
    ...['-v', 'error', '-show_entries', 'stream=codec_name:frame=pts_time,width', '-of', 'json', path],
  ]);
  const { frames, streams } = JSON.parse(stdout) as {
    frames: { pts_time: string; width?: number }[];
    streams: { codec_name: string }[];
  };
  const times = frames.map(({ pts_time }) => Math.round(Number(pts_time) * 1_000));
  return {
    codec: streams[0]?.codec_name ?? '',
    frames: frames.length,
    firstMs: times[0] ?? NaN,
    lastMs: times.at(-1) ?? NaN,
    widths: [...new Set(frames.flatMap(({ width }) => width ?? []))],
  };
}
