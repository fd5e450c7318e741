/** Makes the RecordingJobs of meetings that are recorded automatically: one each time that people gather. */
import { MEETING_ID_LABEL, RECORDING_ORIGIN_LABEL } from '@parley/crds/labels.js';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { RecordingJob } from '@parley/crds/recording-job.js';
import { startsAutomatically, type AutomaticWorld } from '../core/recording/automatic.js';
import { buildRecordingJob } from '../core/recording/job-of-meeting.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import type { Reconcile } from '../kube/controller-loop.js';
import { KubeError } from '../kube/kube-error.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { Overlay } from '../kube/overlay.js';
import type { RecordingMetrics } from '../metrics/recording-metrics.js';
import type { RecordingIndex } from '../resources/caches.js';
import { RECORDING_JOBS } from '../resources/parley-resources.js';
import type { MeetingPresence } from './presence.js';

export interface AutomaticRecordingDeps {
  readonly meetings: ObjectCache<Meeting>;
  /** What was just made counts before the watch shows it. */
  readonly recordings: Overlay<RecordingJob, RecordingIndex>;
  readonly presence: Pick<MeetingPresence, 'of'>;
  readonly writer: ObjectWriter;
  readonly metrics: RecordingMetrics;
  readonly clock: Clock;
}

export function createAutomaticReconciler(deps: AutomaticRecordingDeps): Reconcile {
  return async (key, { signal, log }) => {
    const meeting = deps.meetings.get(key);
    if (meeting?.spec.recording?.mode !== 'Automatic') return {};
    if (!startsAutomatically(worldOf(deps, key, meeting))) return {};
    const desired = buildRecordingJob(meeting, { origin: 'Automatic', atMs: deps.clock.nowMs() });
    if (desired === undefined) return {};
    try {
      deps.recordings.recordWritten(await deps.writer.create(RECORDING_JOBS, desired, { signal }));
    } catch (error) {
      if (!(error instanceof KubeError) || error.code !== 'AlreadyExists') throw error;
    }
    const reason = 'AutomaticRecording';
    deps.metrics.actions.inc({ action: 'CreateRecordingJob', reason });
    log.info({ reason, recording: desired.metadata.name }, 'a meeting is recorded automatically');
    return {};
  };
}

function worldOf({ recordings, presence }: AutomaticRecordingDeps, key: string, meeting: Meeting): AutomaticWorld {
  const { people, gatheredAtMs } = presence.of(meeting);
  return {
    isAutomatic: meeting.spec.recording?.mode === 'Automatic',
    isOpen: !meeting.spec.ended && meeting.metadata.deletionTimestamp === undefined,
    people,
    gatheredAtMs,
    latest: latestOf(recordings.byIndex('meeting', key), meetingIdOf(meeting.metadata.uid)),
  };
}

function latestOf(jobs: readonly RecordingJob[], meetingId: string): AutomaticWorld['latest'] {
  const [latest] = jobs
    .filter(
      ({ metadata: { labels } }) =>
        labels?.[RECORDING_ORIGIN_LABEL] === 'Automatic' && labels[MEETING_ID_LABEL] === meetingId,
    )
    .toSorted((a, b) => Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp));
  if (latest === undefined) return undefined;
  return {
    createdAtMs: Date.parse(latest.metadata.creationTimestamp),
    phase: latest.status?.phase ?? 'Queued',
    endReason: latest.status?.endReason,
  };
}
