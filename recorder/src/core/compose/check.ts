/** What a finished file must be, before it is anybody's recording. */
import { height, width } from './canvas.js';

export interface ProbedStream {
  readonly kind: string;
  readonly codec: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly width?: number;
  readonly height?: number;
}

export interface Probe {
  readonly durationMs: number;
  readonly streams: readonly ProbedStream[];
}

export interface Expected {
  readonly durationMs: number;
  readonly video: boolean;
}

/** Sound and picture may begin and end so far from each other. */
export const maxOffsetMs = 80;

/** Sentences that say what is wrong; none: nothing is. */
export function faultsOf({ durationMs, streams }: Probe, expected: Expected): string[] {
  const video = streams.filter(({ kind }) => kind === 'video');
  const audio = streams.filter(({ kind }) => kind === 'audio');
  const faults: string[] = [];
  const toleranceMs = Math.max(100, expected.durationMs / 100);
  if (Math.abs(durationMs - expected.durationMs) > toleranceMs)
    faults.push(`it is ${String(durationMs)} ms long instead of ${String(expected.durationMs)}`);
  if (video.length !== (expected.video ? 1 : 0)) faults.push(`it has ${String(video.length)} video streams`);
  if (audio.length !== 1) faults.push(`it has ${String(audio.length)} audio streams`);
  for (const stream of video) {
    if (stream.codec !== 'h264') faults.push(`its video is ${stream.codec}`);
    if (stream.width !== width || stream.height !== height)
      faults.push(`its picture is ${String(stream.width)}×${String(stream.height)}`);
  }
  for (const { codec } of audio) if (codec !== 'aac') faults.push(`its audio is ${codec}`);
  return [...faults, ...offsetFaults(video[0], audio[0])];
}

function offsetFaults(video: ProbedStream | undefined, audio: ProbedStream | undefined): string[] {
  if (video === undefined || audio === undefined) return [];
  const startMs = audio.startMs - video.startMs;
  const endMs = startMs + audio.durationMs - video.durationMs;
  const faults: string[] = [];
  if (Math.abs(startMs) > maxOffsetMs) faults.push(`sound begins ${String(startMs)} ms after the picture`);
  if (Math.abs(endMs) > maxOffsetMs) faults.push(`sound ends ${String(endMs)} ms after the picture`);
  return faults;
}
