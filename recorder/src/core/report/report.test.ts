import { fromJsonString } from '@bufbuild/protobuf';
import { RecorderPhase, RecorderReportSchema, RecordingEndReason } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import { expect, it } from 'vitest';
import type { Gap } from '../../format/recording.js';
import { buildReport, type RecorderFacts } from './build-report.js';
import { terminationMessage } from './termination-message.js';

const facts: RecorderFacts = {
  ...{
    recorder: 'rec-1',
    instanceId: 'i',
    phase: 'Done',
    startedAtMs: 1_000,
    ended: { endMs: 60_000, reason: 'Stopped' },
  },
  ...{
    recordedMs: 60_000,
    segments: 15,
    uploadedBytes: 9,
    bufferedBytes: 0,
    storageWaiting: undefined,
    progressPercent: 100,
  },
  events: [
    { type: 'ParticipantJoined', atMs: 0, participantId: 'ann', name: 'Ann' },
    {
      ...{
        type: 'TrackStarted',
        atMs: 0,
        trackId: 't',
        participantId: 'ann',
        source: 'camera',
        codec: 'vp8',
        muted: false,
      },
    },
  ],
  gaps: [],
  outputs: [{ kind: 'MP4', key: 'outputs/recording.mp4', bytes: 5, durationMs: 60_000, sha256: 'a'.repeat(64) }],
  failure: undefined,
};
const manyGaps = Array.from({ length: 80 }, (_, i): Gap => ({
  trackId: 't',
  startMs: i,
  durationMs: i + 1,
  reason: 'NoMedia',
}));

it('names the longest gaps with whose they are, and counts the others', () => {
  const { gaps = [], moreGaps, missingMs, endedAtMs, endReason } = buildReport({ ...facts, gaps: manyGaps });
  expect([gaps.length, moreGaps, missingMs, endedAtMs, endReason]).toEqual([
    50,
    30,
    3_240n,
    61_000n,
    RecordingEndReason.STOPPED,
  ]);
  expect(gaps[0]).toMatchObject({ participantName: 'Ann', durationMs: 80n });
});

it('fits into a termination message: outputs stay, gaps are counted', () => {
  const text = terminationMessage(buildReport({ ...facts, gaps: manyGaps }));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
  const read = fromJsonString(RecorderReportSchema, text);
  expect(read).toMatchObject({
    phase: RecorderPhase.DONE,
    outputs: [{ key: 'outputs/recording.mp4' }],
    missingMs: 3_240n,
  });
  expect(read.gaps.length).toBeGreaterThan(5);
  expect(read.gaps.length + read.moreGaps).toBe(80);
});

it('says why it failed, in so many characters', () => {
  const failure = { reason: 'StorageDenied', message: 'x'.repeat(2_000) } as const;
  expect(buildReport({ ...facts, phase: 'Failed', failure }).failure?.message).toHaveLength(512);
});
