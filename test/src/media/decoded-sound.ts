/** The tones of the fake microphones (test/page/fake-microphone.ts), found in a recording's decoded sound. */
import type { Stall } from '../probe/probe-contract.js';
import { decodeInto } from './ffmpeg.js';

export const sampleRate = 16_000;

/** Both channels together, from -1 to 1. */
export async function samplesOf(path: string): Promise<Float32Array> {
  const chunks: Buffer[] = [];
  const args = ['-i', path, '-map', '0:a', '-ac', '1', '-ar', `${sampleRate}`, '-f', 'f32le'];
  await decodeInto(args, (chunk) => void chunks.push(chunk));
  const bytes = Buffer.concat(chunks);
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

/** Three periods of the distance between two microphones' tones: neither is heard in the other. */
const windowMs = 3_000 / 130;
const stepMs = 5;

/** When a tone is to be heard, half as loud as it mostly is or louder. */
export function soundingSpans(samples: Float32Array, hertz: number): Stall[] {
  const lengthMs = (samples.length * 1_000) / sampleRate - windowMs;
  const levels = Array.from({ length: Math.max(0, Math.floor(lengthMs / stepMs)) }, (_, step) =>
    loudness(samples, hertz, step * stepMs, windowMs),
  );
  const usual = levels.toSorted((a, b) => a - b)[Math.floor(levels.length * 0.7)] ?? 0;
  const spans: Stall[] = [];
  for (const [step, level] of levels.entries()) {
    if (level < usual / 2) continue;
    const atMs = step * stepMs + windowMs / 2;
    const last = spans.at(-1);
    if (last !== undefined && atMs - last.toMs < stepMs * 1.5) spans[spans.length - 1] = { ...last, toMs: atMs };
    else spans.push({ fromMs: atMs, toMs: atMs });
  }
  return spans;
}
