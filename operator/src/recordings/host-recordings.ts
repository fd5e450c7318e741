/** What a meeting's host does with its recordings: by the meeting's template, and from what the leader has in memory. */
import { MEETING_ID_LABEL, RECORDING_ORIGIN_LABEL } from '@parley/crds/labels.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { RecordingJob } from '@parley/crds/recording-job.js';
import type { RecordingRefusalReason } from '@parley/crds/reasons.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from 'pino';
import { buildRecordingJob } from '../core/recording/job-of-meeting.js';
import { isOver } from '../core/recording/world.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { KubeError } from '../kube/kube-error.js';
import { objectKey } from '../kube/kube-resource.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { Overlay } from '../kube/overlay.js';
import type { RecordingMetrics } from '../metrics/recording-metrics.js';
import type { MeetingIndex, RecordingIndex } from '../resources/caches.js';
import { RECORDING_JOBS } from '../resources/parley-resources.js';
import { linkOutput, type OutputLink } from './output-links.js';

export type StartedRecording =
  | { readonly type: 'Started'; readonly name: string }
  | { readonly type: 'Refused'; readonly reason: RecordingRefusalReason };

/** Everything throws RpcError NOT_FOUND for a meeting, or a recording of it, that there is not. */
export interface HostRecordings {
  /** One that goes on is answered. */
  start(meetingId: string, signal: AbortSignal): Promise<StartedRecording>;
  /** @returns the names of those that were begun by the meeting's template, and are to stop. */
  stop(meetingId: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The newest first. */
  list(meetingId: string): readonly RecordingJob[];
  /** A link to one of its outputs, such as recording.mp4. */
  link(meetingId: string, name: string, output: string, signal: AbortSignal): Promise<OutputLink>;
  /** With all that it has stored. */
  delete(meetingId: string, name: string, signal: AbortSignal): Promise<void>;
}

export interface HostRecordingsDeps {
  readonly meetings: ObjectCache<Meeting, MeetingIndex>;
  /** What was just made counts before the watch shows it. */
  readonly recordings: Overlay<RecordingJob, RecordingIndex>;
  readonly writer: ObjectWriter;
  /** Owns `spec.stop` and `spec.deletionPolicy`: the controller's own writer would take back its finalizer with them. */
  readonly hostWriter: ObjectWriter;
  readonly metrics: RecordingMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createHostRecordings(deps: HostRecordingsDeps): HostRecordings {
  const { recordings } = deps;
  /** Two that are asked for at once are one. */
  const starting = new Map<string, Promise<StartedRecording>>();

  const meetingOf = (meetingId: string): Meeting => {
    const [meeting] = deps.meetings.byIndex('meetingId', meetingId);
    if (meeting === undefined) throw new RpcError('NOT_FOUND', 'there is no such meeting');
    return meeting;
  };
  const ofMeeting = (meeting: Meeting, meetingId: string): readonly RecordingJob[] =>
    recordings
      .byIndex('meeting', objectKey(meeting.metadata))
      .filter(({ metadata, status }) => [metadata.labels?.[MEETING_ID_LABEL], status?.meetingId].includes(meetingId))
      .toSorted((a, b) => Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp));
  const named = (meetingId: string, name: string): RecordingJob => {
    const job = ofMeeting(meetingOf(meetingId), meetingId).find(({ metadata }) => metadata.name === name);
    if (job === undefined) throw new RpcError('NOT_FOUND', 'the meeting has no such recording');
    return job;
  };
  const begin = async (meeting: Meeting, meetingId: string, signal: AbortSignal): Promise<StartedRecording> => {
    if (meeting.spec.ended || meeting.metadata.deletionTimestamp !== undefined)
      return { type: 'Refused', reason: 'MeetingEnded' };
    const current = ofMeeting(meeting, meetingId).find((job) => isFromTemplate(job) && goesOn(job));
    if (current !== undefined) return { type: 'Started', name: current.metadata.name };
    const desired = buildRecordingJob(meeting, { origin: 'Manual', atMs: deps.clock.nowMs() });
    if (desired === undefined) return { type: 'Refused', reason: 'RecordingOff' };
    try {
      recordings.recordWritten(await deps.writer.create(RECORDING_JOBS, desired, { signal }));
    } catch (error) {
      if (!(error instanceof KubeError) || error.code !== 'AlreadyExists') throw error;
    }
    note(deps, 'CreateRecordingJob', desired.metadata.name);
    return { type: 'Started', name: desired.metadata.name };
  };
  const change = async (job: RecordingJob, spec: object, signal: AbortSignal): Promise<void> => {
    const { name, namespace, uid } = job.metadata;
    const desired = { metadata: { name, namespace, uid }, spec };
    recordings.recordWritten(await deps.hostWriter.apply(RECORDING_JOBS, desired, { signal }));
  };

  return {
    start: (meetingId, signal) => {
      const before = starting.get(meetingId);
      if (before !== undefined) return before;
      const started = Promise.resolve()
        .then(() => begin(meetingOf(meetingId), meetingId, signal))
        .finally(() => starting.delete(meetingId));
      starting.set(meetingId, started);
      return started;
    },
    stop: async (meetingId, signal) => {
      const going = ofMeeting(meetingOf(meetingId), meetingId).filter((job) => isFromTemplate(job) && goesOn(job));
      for (const job of going) {
        await change(job, { stop: true }, signal);
        note(deps, 'StopRecordingJob', job.metadata.name);
      }
      return going.map(({ metadata }) => metadata.name);
    },
    list: (meetingId) => ofMeeting(meetingOf(meetingId), meetingId),
    link: async (meetingId, name, output, signal) =>
      linkOutput({ reader: deps.writer, nowMs: deps.clock.nowMs() }, { job: named(meetingId, name), output, signal }),
    delete: async (meetingId, name, signal) => {
      const job = named(meetingId, name);
      if (job.metadata.deletionTimestamp !== undefined) return;
      await change(job, { deletionPolicy: 'Delete', ...(job.spec.stop && { stop: true }) }, signal);
      await deps.writer.delete(RECORDING_JOBS, job.metadata, { uid: job.metadata.uid, signal });
      note(deps, 'DeleteRecordingJob', name);
    },
  };
}

/** Begun by the meeting's template, by its host or automatically. */
export function isFromTemplate({ metadata }: RecordingJob): boolean {
  return metadata.labels?.[RECORDING_ORIGIN_LABEL] !== undefined;
}

function goesOn({ metadata, spec, status }: RecordingJob): boolean {
  return !spec.stop && metadata.deletionTimestamp === undefined && status?.endReason === undefined && !isOver(status);
}

function note({ metrics, log }: HostRecordingsDeps, action: string, recording: string): void {
  const reason = 'RequestedByHost';
  metrics.actions.inc({ action, reason });
  log.info({ action, reason, recording }, 'a recording was asked for, stopped or deleted by its host');
}
