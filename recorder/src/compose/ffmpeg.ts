/** ffmpeg and ffprobe, in one folder, one process at a time of each caller. */
import { z } from 'zod';
import type { Probe } from '../core/compose/check.js';
import { ComposeError } from './compose-error.js';
import { runProgram } from './run-program.js';

export interface Ffmpeg {
  /** @returns what it wrote to standard error. */
  run(args: readonly string[], options: RunOptions): Promise<string>;
  probe(path: string, signal: AbortSignal): Promise<Probe>;
  /** A file's first timestamp, in milliseconds. */
  firstMs(path: string, signal: AbortSignal): Promise<number>;
}

export interface RunOptions {
  /** In which it runs: relative paths are from here. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** How much it has written, in milliseconds of the result. */
  readonly onProgress?: (doneMs: number) => void;
  /** What is written to standard error; errors alone where nothing is said. */
  readonly level?: 'error' | 'info';
}

const silenceMs = 120_000;
const common = ['-nostdin', '-hide_banner', '-nostats', '-y', '-progress', 'pipe:1'];

export function createFfmpeg(silence: number = silenceMs): Ffmpeg {
  const probed = async (path: string, signal: AbortSignal): Promise<z.infer<typeof probeSchema>> => {
    const args = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', path];
    const { output } = await runProgram({ program: 'ffprobe', args, cwd: '/', signal, silenceMs: silence });
    const parsed = probeSchema.safeParse(JSON.parse(output));
    if (!parsed.success)
      throw new ComposeError('CompositionFailed', `ffprobe says what is not understood: ${parsed.error.message}`);
    return parsed.data;
  };
  return {
    async run(args, { cwd, signal, onProgress, level = 'error' }) {
      const onOutput = progressReader(onProgress ?? (() => undefined));
      const all = ['-loglevel', level, ...common, ...args];
      const { errors } = await runProgram({ program: 'ffmpeg', args: all, cwd, signal, silenceMs: silence, onOutput });
      return errors;
    },
    async probe(path, signal) {
      const { format, streams } = await probed(path, signal);
      return {
        durationMs: ms(format.duration),
        streams: streams.map(({ codec_type, codec_name, start_time, duration, width, height }) => ({
          kind: codec_type,
          codec: codec_name ?? '',
          startMs: ms(start_time),
          durationMs: ms(duration),
          ...(width === undefined ? {} : { width }),
          ...(height === undefined ? {} : { height }),
        })),
      };
    },
    async firstMs(path, signal) {
      return ms((await probed(path, signal)).format.start_time);
    },
  };
}

const text = z.string().optional();
const probeSchema = z.object({
  format: z.object({ duration: text, start_time: text }),
  streams: z.array(
    z.object({
      codec_type: z.string(),
      codec_name: text,
      start_time: text,
      duration: text,
      width: z.number().optional(),
      height: z.number().optional(),
    }),
  ),
});

function ms(time: string | undefined): number {
  const value = Math.round(Number(time ?? 0) * 1000);
  return Number.isFinite(value) ? value : 0;
}

/** Reads `-progress`; what it returns says whether there was any: ffmpeg writes also when it stands still. */
function progressReader(onProgress: (doneMs: number) => void): (text: string) => boolean {
  let last = '';
  return (written) => {
    const moved = [...written.matchAll(/^(?:frame|out_time_us|total_size)=.*$/gm)].map(([line]) => line).join();
    const doneUs = [...written.matchAll(/^out_time_us=(\d+)$/gm)].at(-1)?.[1];
    if (doneUs !== undefined) onProgress(Number(doneUs) / 1000);
    if (moved === last) return false;
    last = moved;
    return true;
  };
}
