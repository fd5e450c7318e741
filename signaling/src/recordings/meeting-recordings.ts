/** A meeting's recordings, as its hosts ask for them; the operator has them. Who may ask was looked at before. */
import { traceHeaders } from '@parley/process/tracing.js';
import { RecordingOutputKind, type RecordingOutput } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { RecordingSummary } from '@parley/proto/gen/parley/v1/recordings_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RateLimiter } from '../limits/rate-limiter.js';
import type { ErrorCode } from '../protocol/error-codes.js';
import {
  recordingPhase,
  type OutputLinkAnswer,
  type RecordingAnswer,
  type RecordingOutputAnswer,
} from '../protocol/recordings.js';
import { RequestFailure } from '../request-failure.js';
import type { OperatorLink } from '../topology/operator-link.js';

/** It writes at the API server. */
const deadlineMs = 5_000;

/** Everything throws RequestFailure, Unavailable above all. */
export interface MeetingRecordings {
  /** @throws RequestFailure RecordingOff, MeetingEnded, MeetingNotFound, RateLimited. */
  start(meetingId: string): Promise<string>;
  stop(meetingId: string): Promise<string[]>;
  list(meetingId: string): Promise<RecordingAnswer[]>;
  /** @throws RequestFailure RecordingNotFound. */
  get(meetingId: string, name: string): Promise<RecordingAnswer>;
  link(meetingId: string, name: string, output: string): Promise<OutputLinkAnswer>;
  delete(meetingId: string, name: string): Promise<void>;
}

export interface MeetingRecordingsDeps {
  readonly operator: Pick<OperatorLink, 'recordings'>;
  /** Of starting and stopping, by meeting. */
  readonly limiter: RateLimiter;
}

type Recordings = ReturnType<OperatorLink['recordings']>;
type CallOptions = Parameters<Recordings['listRecordings']>[1];

export function createMeetingRecordings({ operator, limiter }: MeetingRecordingsDeps): MeetingRecordings {
  const ask = async <T>(
    notFound: ErrorCode,
    call: (recordings: Recordings, options: CallOptions) => Promise<T>,
  ): Promise<T> => {
    try {
      return await call(operator.recordings(), { deadlineMs, metadata: traceHeaders() });
    } catch (error) {
      const { code } = RpcError.from(error);
      if (code === 'NOT_FOUND') throw new RequestFailure(notFound, undefined, { cause: error });
      // It led until now.
      if (code === 'FAILED_PRECONDITION' || code === 'CANCELLED')
        throw new RequestFailure('Unavailable', undefined, { cause: error, retryAfterMs: 1_000 });
      throw RequestFailure.from(error);
    }
  };
  const withinLimit = async (meetingId: string): Promise<void> => {
    const retryAfterMs = await limiter.take(meetingId);
    if (retryAfterMs > 0) throw new RequestFailure('RateLimited', undefined, { retryAfterMs });
  };
  const list = async (meetingId: string): Promise<RecordingAnswer[]> => {
    const { recordings } = await ask('MeetingNotFound', (service, options) =>
      service.listRecordings({ meetingId }, options),
    );
    return recordings.map(answerOf);
  };

  return {
    start: async (meetingId) => {
      await withinLimit(meetingId);
      const { name, refusal } = await ask('MeetingNotFound', (service, options) =>
        service.startRecording({ meetingId }, options),
      );
      if (name !== '') return name;
      throw new RequestFailure(refusal === 'MeetingEnded' ? 'MeetingEnded' : 'RecordingOff');
    },
    stop: async (meetingId) => {
      await withinLimit(meetingId);
      const { names } = await ask('MeetingNotFound', (service, options) =>
        service.stopRecording({ meetingId }, options),
      );
      return names;
    },
    list,
    get: async (meetingId, name) => {
      const found = (await list(meetingId)).find((recording) => recording.name === name);
      if (found === undefined) throw new RequestFailure('RecordingNotFound');
      return found;
    },
    link: async (meetingId, recording, output) => {
      const { url, expiresAtMs, message } = await ask('RecordingNotFound', (service, options) =>
        service.linkRecordingOutput({ meetingId, recording, output }, options),
      );
      if (url === '') throw new RequestFailure('RecordingNotDownloadable', message);
      return { url, expiresAtMs: Number(expiresAtMs) };
    },
    delete: async (meetingId, name) => {
      await ask('RecordingNotFound', (service, options) => service.deleteRecording({ meetingId, name }, options));
    },
  };
}

function answerOf(summary: RecordingSummary): RecordingAnswer {
  const { name, reason, message, queuePosition, progressPercent, fromTemplate, dataDeleted } = summary;
  const time = (key: 'startedAtMs' | 'endedAtMs' | 'expiresAtMs'): Partial<Record<typeof key, number>> =>
    summary[key] === 0n ? {} : { [key]: Number(summary[key]) };
  return {
    ...{ name, reason, message, queuePosition, progressPercent, dataDeleted },
    // A phase of a later release is one that goes on.
    phase: recordingPhase.catch('Recording').parse(summary.phase),
    createdAtMs: Number(summary.createdAtMs),
    ...{ ...time('startedAtMs'), ...time('endedAtMs'), ...time('expiresAtMs') },
    recordedMs: Number(summary.recordedMs),
    missingMs: Number(summary.missingMs),
    stoppable: fromTemplate,
    outputs: summary.outputs.flatMap(outputOf),
  };
}

/** A playlist names many files, and a link is for one. */
const kinds: Readonly<Partial<Record<RecordingOutputKind, RecordingOutputAnswer['kind']>>> = {
  [RecordingOutputKind.MP4]: 'MP4',
  [RecordingOutputKind.AUDIO]: 'Audio',
  [RecordingOutputKind.TRACK]: 'Track',
  [RecordingOutputKind.POSTER]: 'Poster',
  [RecordingOutputKind.THUMBNAIL]: 'Thumbnail',
  [RecordingOutputKind.TIMELINE]: 'Timeline',
  [RecordingOutputKind.TRANSCRIPT]: 'Transcript',
};
const folder = 'outputs/';

function outputOf({ kind, key, bytes, durationMs, sha256 }: RecordingOutput): RecordingOutputAnswer[] {
  const known = kinds[kind];
  if (known === undefined) return [];
  const name = key.slice(key.lastIndexOf(folder) + folder.length);
  return [{ name, kind: known, bytes: Number(bytes), durationMs: Number(durationMs), sha256 }];
}
