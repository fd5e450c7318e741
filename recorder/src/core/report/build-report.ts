/** What the operator is told, from what the recorder knows. Pure. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  RecorderFailureReason,
  RecorderPhase,
  RecordingEndReason,
  RecordingGapReason,
  RecordingOutputKind,
  type RecorderReportSchema,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { EndReason, Gap, GapReason, TimelineEvent } from '../../format/recording.js';
import type { ComposedOutput } from '../../format/result.js';

export type Phase = 'Waiting' | 'Recording' | 'Composing' | 'Checking' | 'Done' | 'Failed';

export const failureReasons = [
  'ConfigurationInvalid',
  'BucketNotFound',
  'StorageDenied',
  'StorageUnreachable',
  'StorageFull',
  'NothingRecorded',
  'CompositionFailed',
  'CheckFailed',
  'DiskFull',
] as const;
export type FailureReason = (typeof failureReasons)[number];

export interface Failure {
  readonly reason: FailureReason;
  readonly message: string;
}

export interface RecorderFacts {
  readonly recorder: string;
  readonly instanceId: string;
  readonly phase: Phase;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number | undefined;
  readonly ended: { readonly endMs: number; readonly reason: EndReason } | undefined;
  readonly recordedMs: number;
  readonly events: readonly TimelineEvent[];
  readonly segments: number;
  readonly uploadedBytes: number;
  readonly bufferedBytes: number;
  readonly storageWaiting: Failure | undefined;
  readonly progressPercent: number;
  readonly gaps: readonly Gap[];
  readonly outputs: readonly ComposedOutput[];
  readonly failure: Failure | undefined;
}

export type ReportInit = MessageInitShape<typeof RecorderReportSchema>;

const reportedGaps = 50;
const messageLength = 512;

export function buildReport(facts: RecorderFacts): ReportInit {
  const names = namesByTrack(facts.events);
  const longest = facts.gaps.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, reportedGaps);
  const { startedAtMs, ended, storageWaiting, failure } = facts;
  return {
    recorder: facts.recorder,
    instanceId: facts.instanceId,
    phase: phases[facts.phase],
    startedAtMs: BigInt(startedAtMs ?? 0),
    endedAtMs: BigInt(startedAtMs === undefined || ended === undefined ? 0 : startedAtMs + ended.endMs),
    endReason: ended === undefined ? RecordingEndReason.UNSPECIFIED : endReasons[ended.reason],
    recordedMs: BigInt(Math.round(facts.recordedMs)),
    missingMs: BigInt(facts.gaps.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    tracks: names.size,
    segments: facts.segments,
    uploadedBytes: BigInt(facts.uploadedBytes),
    bufferedBytes: BigInt(facts.bufferedBytes),
    progressPercent: facts.progressPercent,
    gaps: longest.map(({ trackId, startMs, durationMs, reason }) => ({
      trackId,
      participantName: names.get(trackId) ?? '',
      startMs: BigInt(startMs),
      durationMs: BigInt(durationMs),
      reason: gapReasons[reason],
    })),
    moreGaps: facts.gaps.length - longest.length,
    outputs: facts.outputs.map(({ kind, key, bytes, durationMs, sha256 }) => ({
      kind: outputKinds[kind],
      key,
      bytes: BigInt(bytes),
      durationMs: BigInt(durationMs),
      sha256,
    })),
    ...(storageWaiting === undefined ? {} : { storageWaiting: failureOf(storageWaiting) }),
    ...(failure === undefined ? {} : { failure: failureOf(failure) }),
  };
}

function namesByTrack(events: readonly TimelineEvent[]): Map<string, string> {
  const people = new Map<string, string>();
  const tracks = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'ParticipantJoined' || event.type === 'ParticipantRenamed')
      people.set(event.participantId, event.name);
    else if (event.type === 'TrackStarted') tracks.set(event.trackId, people.get(event.participantId) ?? '');
  }
  return tracks;
}

function failureOf({ reason, message }: Failure): { reason: RecorderFailureReason; message: string } {
  return { reason: failures[reason], message: message.slice(0, messageLength) };
}

const phases: Readonly<Record<Phase, RecorderPhase>> = {
  Waiting: RecorderPhase.WAITING,
  Recording: RecorderPhase.RECORDING,
  Composing: RecorderPhase.COMPOSING,
  Checking: RecorderPhase.CHECKING,
  Done: RecorderPhase.DONE,
  Failed: RecorderPhase.FAILED,
};

const endReasons: Readonly<Record<EndReason, RecordingEndReason>> = {
  Stopped: RecordingEndReason.STOPPED,
  MeetingEnded: RecordingEndReason.MEETING_ENDED,
  MaxDuration: RecordingEndReason.MAX_DURATION,
  MeetingEmpty: RecordingEndReason.MEETING_EMPTY,
};

const gapReasons: Readonly<Record<GapReason, RecordingGapReason>> = {
  RecorderLost: RecordingGapReason.RECORDER_LOST,
  RelayLost: RecordingGapReason.RELAY_LOST,
  BufferFull: RecordingGapReason.BUFFER_FULL,
  UploadLost: RecordingGapReason.UPLOAD_LOST,
  NoMedia: RecordingGapReason.NO_MEDIA,
};

const outputKinds: Readonly<Record<ComposedOutput['kind'], RecordingOutputKind>> = {
  MP4: RecordingOutputKind.MP4,
  HLS: RecordingOutputKind.HLS,
  Audio: RecordingOutputKind.AUDIO,
  Track: RecordingOutputKind.TRACK,
  Poster: RecordingOutputKind.POSTER,
  Thumbnails: RecordingOutputKind.THUMBNAIL,
  Timeline: RecordingOutputKind.TIMELINE,
};

const failures: Readonly<Record<FailureReason, RecorderFailureReason>> = {
  ConfigurationInvalid: RecorderFailureReason.CONFIGURATION_INVALID,
  BucketNotFound: RecorderFailureReason.BUCKET_NOT_FOUND,
  StorageDenied: RecorderFailureReason.STORAGE_DENIED,
  StorageUnreachable: RecorderFailureReason.STORAGE_UNREACHABLE,
  StorageFull: RecorderFailureReason.STORAGE_FULL,
  NothingRecorded: RecorderFailureReason.NOTHING_RECORDED,
  CompositionFailed: RecorderFailureReason.COMPOSITION_FAILED,
  CheckFailed: RecorderFailureReason.CHECK_FAILED,
  DiskFull: RecorderFailureReason.DISK_FULL,
};

/** What the operator says of why recording is to end. */
export function endReasonOf(reason: RecordingEndReason): EndReason {
  switch (reason) {
    case RecordingEndReason.MEETING_ENDED:
      return 'MeetingEnded';
    case RecordingEndReason.MAX_DURATION:
      return 'MaxDuration';
    case RecordingEndReason.MEETING_EMPTY:
      return 'MeetingEmpty';
    default:
      return 'Stopped';
  }
}
