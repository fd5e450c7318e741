import { create, toJsonString } from '@bufbuild/protobuf';
import {
  RecorderFailureReason,
  RecorderPhase,
  RecorderReportSchema,
  RecordingGapReason,
  RecordingOutputKind,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import { describe, expect, test } from 'vitest';
import { parseTerminationMessage, reportedRecording } from './recorder-report.js';

const output = (kind: RecordingOutputKind, key: string): { kind: RecordingOutputKind; key: string } => ({ kind, key });

describe('what a recorder says', () => {
  test('is read from the last words of its container', () => {
    const said = toJsonString(
      RecorderReportSchema,
      create(RecorderReportSchema, {
        ...{ recorder: 'daily-1', phase: RecorderPhase.FAILED, startedAtMs: 1_000n },
        failure: { reason: RecorderFailureReason.STORAGE_DENIED, message: 'no' },
      }),
    );
    expect(parseTerminationMessage(said)).toMatchObject({
      ...{ recorder: 'daily-1', phase: 'Failed', startedAtMs: 1_000, endedAtMs: undefined },
      failure: { reason: 'StorageDenied', message: 'no' },
    });
  });

  test.each([undefined, '', 'killed', '{"phase":', '[]'])('%j is no report', (message) => {
    expect(parseTerminationMessage(message)).toBeUndefined();
  });

  test('of a newer recorder than this operator, what is known is read', () => {
    const newer = '{"recorder":"x","phase":"RECORDER_PHASE_DONE","mood":"good"}';
    expect(parseTerminationMessage(newer)).toMatchObject({ phase: 'Done' });
    const strange = '{"phase":99,"outputs":[{"kind":99,"key":"a"}]}';
    expect(parseTerminationMessage(strange)).toMatchObject({ phase: 'Waiting', outputs: [] });
  });

  test('law 6: no more of it than a status holds, the files that people look for first', () => {
    const gaps = Array.from({ length: 60 }, () => ({ trackId: 't', reason: RecordingGapReason.RELAY_LOST }));
    const thumbnails = Array.from({ length: 80 }, (_, index) => output(RecordingOutputKind.THUMBNAIL, String(index)));
    const outputs = [...thumbnails, output(RecordingOutputKind.MP4, 'recording.mp4')];
    const report = reportedRecording(create(RecorderReportSchema, { gaps, moreGaps: 5, outputs }));
    expect(report.gaps).toHaveLength(50);
    expect(report.moreGaps).toBe(15);
    expect(report.outputs).toHaveLength(64);
    expect(report.outputs[0]).toMatchObject({ kind: 'MP4' });
    expect(report.moreOutputs).toBe(17);
  });
});
