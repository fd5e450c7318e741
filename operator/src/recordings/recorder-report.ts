/** What a recorder says, in the terms of the status; it comes over a stream, or as the termination message of its container. */
import { fromJsonString } from '@bufbuild/protobuf';
import type { RecordingReason } from '@parley/crds/reasons.js';
import type { RecordingOutputStatus } from '@parley/crds/recording-job.js';
import {
  RecorderFailureReason,
  RecorderPhase,
  RecorderReportSchema,
  RecordingEndReason,
  RecordingGapReason,
  RecordingOutputKind,
  type RecorderFailure,
  type RecorderReport,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { ReportedFailure, ReportedRecording } from '../core/recording/world.js';

const PHASES: Readonly<Record<RecorderPhase, ReportedRecording['phase']>> = {
  [RecorderPhase.UNSPECIFIED]: 'Waiting',
  [RecorderPhase.WAITING]: 'Waiting',
  [RecorderPhase.RECORDING]: 'Recording',
  [RecorderPhase.COMPOSING]: 'Composing',
  [RecorderPhase.CHECKING]: 'Checking',
  [RecorderPhase.DONE]: 'Done',
  [RecorderPhase.FAILED]: 'Failed',
};
const END_REASONS = {
  [RecordingEndReason.UNSPECIFIED]: undefined,
  [RecordingEndReason.STOPPED]: 'Stopped',
  [RecordingEndReason.MEETING_ENDED]: 'MeetingEnded',
  [RecordingEndReason.MAX_DURATION]: 'MaxDuration',
  [RecordingEndReason.MEETING_EMPTY]: 'MeetingEmpty',
} as const;
const GAP_REASONS = {
  [RecordingGapReason.UNSPECIFIED]: 'RecorderLost',
  [RecordingGapReason.RECORDER_LOST]: 'RecorderLost',
  [RecordingGapReason.RELAY_LOST]: 'RelayLost',
  [RecordingGapReason.BUFFER_FULL]: 'BufferFull',
  [RecordingGapReason.UPLOAD_LOST]: 'UploadLost',
  [RecordingGapReason.NO_MEDIA]: 'NoMedia',
} as const;
const FAILURES: Readonly<Record<RecorderFailureReason, RecordingReason>> = {
  [RecorderFailureReason.UNSPECIFIED]: 'OutcomeUnknown',
  [RecorderFailureReason.CONFIGURATION_INVALID]: 'ConfigurationInvalid',
  [RecorderFailureReason.BUCKET_NOT_FOUND]: 'BucketNotFound',
  [RecorderFailureReason.STORAGE_DENIED]: 'StorageDenied',
  [RecorderFailureReason.STORAGE_UNREACHABLE]: 'StorageUnreachable',
  [RecorderFailureReason.STORAGE_FULL]: 'StorageFull',
  [RecorderFailureReason.NOTHING_RECORDED]: 'NothingRecorded',
  [RecorderFailureReason.COMPOSITION_FAILED]: 'CompositionFailed',
  [RecorderFailureReason.CHECK_FAILED]: 'CheckFailed',
  [RecorderFailureReason.DISK_FULL]: 'DiskFull',
};
const OUTPUT_KINDS: Readonly<Record<RecordingOutputKind, RecordingOutputStatus['kind'] | undefined>> = {
  [RecordingOutputKind.UNSPECIFIED]: undefined,
  [RecordingOutputKind.MP4]: 'MP4',
  [RecordingOutputKind.HLS]: 'HLS',
  [RecordingOutputKind.AUDIO]: 'Audio',
  [RecordingOutputKind.TRACK]: 'Track',
  [RecordingOutputKind.POSTER]: 'Poster',
  [RecordingOutputKind.THUMBNAIL]: 'Thumbnail',
  [RecordingOutputKind.TIMELINE]: 'Timeline',
  [RecordingOutputKind.TRANSCRIPT]: 'Transcript',
};
/** Law 6: of what a status holds. */
const MAX_GAPS = 50;
const MAX_OUTPUTS = 64;
const MAX_TEXT = 512;

/** Recorders' enums are open: a newer one's value counts as unspecified. */
function among<T>(table: Readonly<Record<number, T>>, value: number): T {
  return (value in table ? table[value] : table[0]) as T;
}

export function reportedRecording(report: RecorderReport): ReportedRecording {
  const outputs = outputsOf(report);
  return {
    recorder: report.recorder,
    phase: among(PHASES, report.phase),
    startedAtMs: timeOf(report.startedAtMs),
    endedAtMs: timeOf(report.endedAtMs),
    endReason: among(END_REASONS, report.endReason),
    recordedMs: Number(report.recordedMs),
    missingMs: Number(report.missingMs),
    tracks: report.tracks,
    segments: report.segments,
    uploadedBytes: Number(report.uploadedBytes),
    progressPercent: Math.min(100, report.progressPercent),
    gaps: report.gaps.slice(0, MAX_GAPS).map((gap) => ({
      track: gap.trackId.slice(0, MAX_TEXT),
      ...(gap.participantName !== '' && { participant: gap.participantName.slice(0, MAX_TEXT) }),
      startSeconds: Number(gap.startMs) / 1000,
      seconds: Number(gap.durationMs) / 1000,
      reason: among(GAP_REASONS, gap.reason),
    })),
    moreGaps: report.moreGaps + Math.max(0, report.gaps.length - MAX_GAPS),
    outputs: outputs.slice(0, MAX_OUTPUTS),
    moreOutputs: Math.max(0, outputs.length - MAX_OUTPUTS),
    storageWaiting: failureOf(report.storageWaiting),
    failure: failureOf(report.failure),
  };
}

/** Undefined: the container's last words are no report. */
export function parseTerminationMessage(message: string | undefined): ReportedRecording | undefined {
  if (message === undefined) return undefined;
  try {
    return reportedRecording(fromJsonString(RecorderReportSchema, message, { ignoreUnknownFields: true }));
  } catch {
    return undefined;
  }
}

/** Files that composing makes many of are at the end of the list. */
function outputsOf({ outputs }: RecorderReport): RecordingOutputStatus[] {
  const known = outputs.flatMap((output): RecordingOutputStatus[] => {
    const kind = among(OUTPUT_KINDS, output.kind);
    if (kind === undefined) return [];
    return [
      {
        kind,
        key: output.key,
        bytes: Number(output.bytes),
        ...(output.durationMs > 0n && { durationSeconds: Number(output.durationMs) / 1000 }),
        ...(output.sha256 !== '' && { sha256: output.sha256 }),
      },
    ];
  });
  const unique = new Map(known.map((output) => [output.key, output]));
  return [...unique.values()].toSorted((a, b) => Number(isMinor(a)) - Number(isMinor(b)));
}

function isMinor({ kind }: RecordingOutputStatus): boolean {
  return kind === 'Thumbnail' || kind === 'Track';
}

function failureOf(failure: RecorderFailure | undefined): ReportedFailure | undefined {
  return failure && { reason: among(FAILURES, failure.reason), message: failure.message.slice(0, MAX_TEXT) };
}

function timeOf(ms: bigint): number | undefined {
  return ms === 0n ? undefined : Number(ms);
}
