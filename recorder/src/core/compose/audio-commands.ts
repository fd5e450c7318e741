/** How ffmpeg measures, mixes and encodes the sound. */
import { samplesPerSecond } from './canvas.js';
import { concatInput } from './scene-command.js';
import { seconds } from './source-list.js';

/** A window's mix is kept so much quieter than it will be: no number of voices clips it before the limiter has seen it. */
const headroomDb = 18;
/** Opus decoders drop what precedes a stream's first sample; here a segment is the middle of a stream. */
const middleOfStream = ['-flags2', '+skip_manual'];
const stereo = `aformat=sample_fmts=fltp:sample_rates=${String(samplesPerSecond)}:channel_layouts=stereo`;

export interface MixInput {
  /** A concat list. */
  readonly list: string;
  readonly offsetMs: number;
  readonly gainDb: number;
}

/**
 * Each at its time; where it has nothing, silence. Where its clock and its samples have drifted apart by 30 ms, that much is filled or
 * dropped. (Stretching instead, by `async` over 1, loses the samples after a jump in ffmpeg 5.1.)
 */
export function buildMixCommand(inputs: readonly MixInput[], samples: number, output: string): string[] {
  if (inputs.length === 0) {
    const silence = `anullsrc=r=${String(samplesPerSecond)}:cl=stereo`;
    return ['-f', 'lavfi', '-i', silence, ...samplesLimit(samples), ...lossless(output)];
  }
  const chains = inputs.map(({ offsetMs, gainDb }, index) => {
    const placed = `asetpts=PTS+${seconds(offsetMs)}/TB,atrim=start=0,aresample=${String(samplesPerSecond)}:async=1:min_hard_comp=0.03:first_pts=0`;
    return `[${String(index)}:a:0]${placed},${stereo},volume=${String(gainDb - headroomDb)}dB,${exactly(samples)}[a${String(index)}]`;
  });
  return [
    ...inputs.flatMap(({ list }) => [...middleOfStream, ...concatInput(list)]),
    ...['-filter_complex', `${chains.join(';')};${summed(inputs.length)}[out]`, '-map', '[out]'],
    ...lossless(output),
  ];
}

/** Mixes that are at their time already. */
export function buildSumCommand(files: readonly string[], output: string): string[] {
  const labels = files.map((_, index) => `[${String(index)}:a:0]anull[a${String(index)}]`);
  return [
    ...files.flatMap((file) => ['-i', file]),
    ...['-filter_complex', `${labels.join(';')};${summed(files.length)}[out]`, '-map', '[out]'],
    ...lossless(output),
  ];
}

/** One voice's loudness, printed at the end. */
export function buildMeasureCommand(list: string): string[] {
  return [...middleOfStream, ...concatInput(list), '-af', `${stereo},ebur128=framelog=verbose`, '-f', 'null', '-'];
}

/** What buildMeasureCommand's run printed; undefined: nothing was loud enough to be measured. */
export function parseLoudness(printed: string): number | undefined {
  const lufs = [...printed.matchAll(/\bI:\s+(-?[\d.]+|-inf|nan) LUFS/g)].at(-1)?.[1];
  const value = Number(lufs);
  return Number.isFinite(value) ? value : undefined;
}

/** All windows one after the other, loud, but nowhere over full scale. */
export function buildEncodeCommand(list: string, output: string): string[] {
  return [
    ...concatInput(list),
    ...[
      '-af',
      `${stereo},volume=${String(headroomDb)}dB,alimiter=limit=0.84:level=false:attack=5:release=80:latency=1`,
    ],
    ...['-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart', '-f', 'mp4', output],
  ];
}

function summed(inputs: number): string {
  const labels = Array.from({ length: inputs }, (_, index) => `[a${String(index)}]`).join('');
  return inputs === 1 ? `${labels}anull` : `${labels}amix=inputs=${String(inputs)}:normalize=0`;
}

function exactly(samples: number): string {
  return `apad=whole_len=${String(samples)},atrim=end_sample=${String(samples)},asetpts=N/SR/TB`;
}

function samplesLimit(samples: number): string[] {
  return ['-af', `atrim=end_sample=${String(samples)}`];
}

function lossless(output: string): string[] {
  return ['-c:a', 'flac', '-sample_fmt', 's32', '-f', 'flac', output];
}
