/** What ffmpeg and ffprobe say of a file, by their own output. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** @throws Error where anything in the file does not decode. */
export async function decodeInto(args: readonly string[], take: (chunk: Buffer) => void): Promise<void> {
  const child = spawn('ffmpeg', ['-v', 'error', '-nostdin', '-xerror', ...args, '-'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', take);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
}

export interface ProbedFile {
  readonly durationMs: number;
  readonly codecs: readonly string[];
  /** In seconds, and their titles. */
  readonly chapters: readonly string[];
}

export async function probeFile(path: string): Promise<ProbedFile> {
  const show = ['-show_entries', 'format=duration:stream=codec_name', '-show_chapters'];
  const child = spawn('ffprobe', ['-v', 'error', ...show, '-of', 'json', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`ffprobe ended with ${code}`);
  const probed = JSON.parse(Buffer.concat(chunks).toString()) as {
    readonly format: { readonly duration: string };
    readonly streams: readonly { readonly codec_name?: string }[];
    readonly chapters: readonly { readonly start_time: string; readonly tags?: { readonly title?: string } }[];
  };
  return {
    durationMs: Number(probed.format.duration) * 1_000,
    codecs: probed.streams.flatMap(({ codec_name }) => codec_name ?? []).toSorted(),
    chapters: probed.chapters.map(({ start_time, tags }) => `${Number(start_time).toFixed(1)} ${tags?.title ?? ''}`),
  };
}
