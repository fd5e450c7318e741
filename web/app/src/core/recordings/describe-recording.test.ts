import type { RecordingAnswer } from '@parley/signaling/protocol/recordings.js';
import { expect, test } from 'vitest';
import { describePhase, downloadsOf, formatBytes, formatLength, goesOn } from './describe-recording.js';

const aRecording = (some: Partial<RecordingAnswer> = {}): RecordingAnswer => ({
  ...{ name: 'standup-1', phase: 'Recording', reason: 'RecordingNow', message: '', queuePosition: 0, createdAtMs: 1 },
  ...{ recordedMs: 0, missingMs: 0, progressPercent: 0, stoppable: true, dataDeleted: false, outputs: [] },
  ...some,
});

test.each([
  ['Waits for its turn: number 3', { phase: 'Queued', queuePosition: 3 }],
  ['Waits to begin: There is no Secret keys.', { phase: 'Queued', message: 'There is no Secret keys.' }],
  ['Recording now', {}],
  ['The files are being made: 40 %', { phase: 'Finalizing', progressPercent: 40 }],
  ['Ready', { phase: 'Completed' }],
  ['Ready; 0:03 of sound or picture are missing', { phase: 'Completed', missingMs: 2_500 }],
  ['Failed: There is no bucket.', { phase: 'Failed', message: 'There is no bucket.' }],
  ['Deleted', { phase: 'Completed', dataDeleted: true }],
] as const)('says %s', (text, some) => {
  expect(describePhase(aRecording(some))).toBe(text);
});

test('only what hosts or the meeting began, and is not over, can be stopped', () => {
  expect(goesOn(aRecording({ phase: 'Queued' }))).toBe(true);
  expect(goesOn(aRecording({ stoppable: false }))).toBe(false);
  expect(goesOn(aRecording({ phase: 'Finalizing' }))).toBe(false);
});

test('offers what is for people, with its size', () => {
  const outputs = [
    { name: 'recording.mp4', kind: 'MP4', bytes: 12_345_678, durationMs: 1, sha256: '' },
    { name: 'tracks/ada.mka', kind: 'Track', bytes: 999, durationMs: 1, sha256: '' },
    { name: 'timeline.json', kind: 'Timeline', bytes: 10, durationMs: 0, sha256: '' },
  ] as const;
  const recording = aRecording({ phase: 'Completed', outputs: [...outputs] });
  expect(downloadsOf(recording).map(({ label }) => label)).toEqual([
    'Download video (12 MB)',
    'Download track ada.mka (999 bytes)',
  ]);
  expect(downloadsOf({ ...recording, dataDeleted: true })).toEqual([]);
});

test.each([
  [0, '0:00'],
  [59_001, '1:00'],
  [3_725_000, '1:02:05'],
])('%d ms are %s', (ms, text) => {
  expect(formatLength(ms)).toBe(text);
});

test.each([
  [0, '0 bytes'],
  [1_500, '1.5 kB'],
  [2_400_000_000, '2.4 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
