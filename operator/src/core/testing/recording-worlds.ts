/** Worlds of RecordingJobs for tests, with what does not matter filled in. */
import type { RecordingJobSpec } from '@parley/crds/recording-job.js';
import type { ObservedBatch, ObservedRecorder, RecordingWorld, ReportedRecording } from '../recording/world.js';
import { NOW_MS } from './builders.js';

export function aRecordingSpec(spec: Partial<RecordingJobSpec> = {}): RecordingJobSpec {
  return {
    meetingRef: { name: 'daily' },
    storage: { s3: { bucket: 'recordings', prefix: '', region: 'us-east-1', forcePathStyle: false } },
    layout: 'Gallery',
    outputs: ['MP4'],
    retentionDays: 90,
    maxDurationSeconds: 3_600,
    emptyMeetingSeconds: 300,
    keepSegments: false,
    bufferMebibytes: 4_096,
    deletionPolicy: 'Retain',
    stop: false,
    ...spec,
  };
}

/** One that waits, whose turn has come. */
export function aRecordingWorld(
  world: Partial<Omit<RecordingWorld, 'spec'>> & { readonly spec?: Partial<RecordingJobSpec> } = {},
): RecordingWorld {
  const { spec, ...rest } = world;
  return {
    spec: aRecordingSpec(spec),
    createdAtMs: NOW_MS - 1_000,
    isDeleting: false,
    hasFinalizer: true,
    status: undefined,
    meeting: { type: 'Open', people: 2, emptySinceMs: undefined },
    storage: { type: 'Ready' },
    turn: { type: 'Admitted' },
    batch: undefined,
    deletion: undefined,
    pod: undefined,
    refusal: undefined,
    hearsMeeting: true,
    report: undefined,
    nowMs: NOW_MS,
    ...rest,
  };
}

export function aBatch(batch: Partial<ObservedBatch> = {}): ObservedBatch {
  return {
    ...{
      state: 'Active',
      failedReason: undefined,
      failedMessage: undefined,
      finishedAtMs: undefined,
      failure: undefined,
    },
    ...batch,
  };
}

export function aRecorder(recorder: Partial<ObservedRecorder> = {}): ObservedRecorder {
  return {
    name: 'rec-1-abcde',
    obstacle: undefined,
    isRunning: true,
    isHeard: true,
    lostForMs: undefined,
    attempts: 1,
    ...recorder,
  };
}

export function aReport(report: Partial<ReportedRecording> = {}): ReportedRecording {
  return {
    recorder: 'rec-1-abcde',
    phase: 'Recording',
    startedAtMs: NOW_MS - 60_000,
    endedAtMs: undefined,
    endReason: undefined,
    recordedMs: 60_000,
    missingMs: 0,
    tracks: 2,
    segments: 30,
    uploadedBytes: 1_000,
    progressPercent: 0,
    gaps: [],
    moreGaps: 0,
    outputs: [],
    moreOutputs: 0,
    storageWaiting: undefined,
    failure: undefined,
    ...report,
  };
}

/** One that records. */
export function aRunningWorld(world: Parameters<typeof aRecordingWorld>[0] = {}): RecordingWorld {
  return aRecordingWorld({
    status: { phase: 'Recording', startedAt: '2026-01-01T11:59:00Z', location: 's3://recordings/x/' },
    batch: aBatch(),
    pod: aRecorder(),
    report: aReport(),
    ...world,
  });
}
