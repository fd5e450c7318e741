import { expect, it } from 'vitest';
import { faultsOf, type Probe, type ProbedStream } from './check.js';

const video: ProbedStream = { kind: 'video', codec: 'h264', startMs: 0, durationMs: 60_000, width: 1920, height: 1080 };
const audio: ProbedStream = { kind: 'audio', codec: 'aac', startMs: 0, durationMs: 60_010 };
const sound: Probe = { durationMs: 60_010, streams: [video, audio] };

it.each<[string, Probe, string[]]>([
  ['nothing is wrong with a sound file', sound, []],
  ['too short', { ...sound, durationMs: 59_000 }, ['it is 59000 ms long instead of 60000']],
  ['no sound', { ...sound, streams: [video] }, ['it has 0 audio streams']],
  ['another codec', { ...sound, streams: [{ ...video, codec: 'vp8' }, audio] }, ['its video is vp8']],
  ['another size', { ...sound, streams: [{ ...video, height: 720 }, audio] }, ['its picture is 1920×720']],
  [
    'sound that begins late',
    { ...sound, streams: [video, { ...audio, startMs: 90 }] },
    ['sound begins 90 ms after the picture', 'sound ends 100 ms after the picture'],
  ],
  [
    'sound that ends early',
    { ...sound, streams: [video, { ...audio, durationMs: 59_900 }] },
    ['sound ends -100 ms after the picture'],
  ],
])('%s', (_, probe, expected) => {
  expect(faultsOf(probe, { durationMs: 60_000, video: true })).toEqual(expected);
});
