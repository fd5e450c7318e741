/** Answers signaling about recordings. Only the leader does; a standby says so, and signaling dials the next. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { meaningOf } from '@parley/crds/reasons.js';
import type { RecordingJob, RecordingOutputStatus } from '@parley/crds/recording-job.js';
import { RecordingOutputKind } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { RecordingsService, RecordingSummarySchema } from '@parley/proto/gen/parley/v1/recordings_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcHandlers } from '@parley/proto/rpc-server.js';
import { isFromTemplate, type HostRecordings } from './host-recordings.js';

/** What the service needs of a leadership. */
export interface RecordingsLeader {
  readonly recordings: HostRecordings;
  /** Aborts when the leadership ends. */
  readonly signal: AbortSignal;
}

const MAX_LISTED = 100;

export function createRecordingsHandlers(
  current: () => RecordingsLeader | undefined,
): RpcHandlers<typeof RecordingsService> {
  const leading = (signal: AbortSignal): { readonly recordings: HostRecordings; readonly signal: AbortSignal } => {
    const leader = current();
    if (leader === undefined) throw new RpcError('FAILED_PRECONDITION', 'this operator does not lead');
    return { recordings: leader.recordings, signal: AbortSignal.any([signal, leader.signal]) };
  };
  return {
    startRecording: async ({ meetingId }, context) => {
      const { recordings, signal } = leading(context.signal);
      const started = await recordings.start(meetingId, signal);
      return started.type === 'Started' ? { name: started.name } : { refusal: started.reason };
    },
    stopRecording: async ({ meetingId }, context) => {
      const { recordings, signal } = leading(context.signal);
      return { names: [...(await recordings.stop(meetingId, signal))] };
    },
    listRecordings: ({ meetingId }, context) => {
      const { recordings } = leading(context.signal);
      return Promise.resolve({ recordings: recordings.list(meetingId).slice(0, MAX_LISTED).map(summaryOf) });
    },
    deleteRecording: async ({ meetingId, name }, context) => {
      const { recordings, signal } = leading(context.signal);
      await recordings.delete(meetingId, name, signal);
      return {};
    },
    linkRecordingOutput: async ({ meetingId, recording, output }, context) => {
      const { recordings, signal } = leading(context.signal);
      const link = await recordings.link(meetingId, recording, output, signal);
      return link.type === 'Link'
        ? { url: link.url, expiresAtMs: BigInt(link.expiresAtMs) }
        : { refusal: link.reason, message: meaningOf(link.reason) };
    },
  };
}

const KINDS: Readonly<Record<RecordingOutputStatus['kind'], RecordingOutputKind>> = {
  MP4: RecordingOutputKind.MP4,
  HLS: RecordingOutputKind.HLS,
  Audio: RecordingOutputKind.AUDIO,
  Track: RecordingOutputKind.TRACK,
  Poster: RecordingOutputKind.POSTER,
  Thumbnail: RecordingOutputKind.THUMBNAIL,
  Timeline: RecordingOutputKind.TIMELINE,
  Transcript: RecordingOutputKind.TRANSCRIPT,
};

function summaryOf(job: RecordingJob): MessageInitShape<typeof RecordingSummarySchema> {
  const { metadata, status = {} } = job;
  const complete = status.conditions?.find(({ type }) => type === 'Complete');
  return {
    name: metadata.name,
    phase: status.phase ?? 'Queued',
    reason: complete?.reason ?? '',
    message: complete?.message ?? '',
    queuePosition: status.queuePosition ?? 0,
    createdAtMs: timeOf(metadata.creationTimestamp),
    startedAtMs: timeOf(status.startedAt),
    endedAtMs: timeOf(status.endedAt),
    expiresAtMs: timeOf(status.expiresAt),
    recordedMs: BigInt((status.recordedSeconds ?? 0) * 1000),
    missingMs: BigInt((status.missingSeconds ?? 0) * 1000),
    progressPercent: status.progressPercent ?? 0,
    fromTemplate: isFromTemplate(job),
    dataDeleted: status.deletedAt !== undefined,
    outputs: (status.outputs ?? []).map(({ kind, key, bytes, durationSeconds, sha256 }) => ({
      ...{ kind: KINDS[kind], key, bytes: BigInt(bytes), sha256: sha256 ?? '' },
      durationMs: BigInt(Math.round((durationSeconds ?? 0) * 1000)),
    })),
  };
}

function timeOf(text: string | undefined): bigint {
  return text === undefined ? 0n : BigInt(Date.parse(text));
}
