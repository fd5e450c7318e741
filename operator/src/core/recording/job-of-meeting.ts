/** The RecordingJob that a meeting's template makes. It is not the meeting's: what it has recorded is kept longer. */
import { MEETING_ID_LABEL, RECORDING_ORIGIN_LABEL } from '@parley/crds/labels.js';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { RecordingJobSpec } from '@parley/crds/recording-job.js';

export type RecordingOrigin = 'Automatic' | 'Manual';

export interface DesiredRecordingJob {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
  readonly spec: Partial<RecordingJobSpec> & Pick<RecordingJobSpec, 'meetingRef' | 'storage'>;
}

const READABLE = 180;

/** Undefined: the meeting has no template. */
export function buildRecordingJob(
  { metadata, spec }: Pick<Meeting, 'metadata' | 'spec'>,
  { origin, atMs }: { readonly origin: RecordingOrigin; readonly atMs: number },
): DesiredRecordingJob | undefined {
  const { recording } = spec;
  if (recording?.storage === undefined || recording.mode === 'Off') return undefined;
  const { storage, layout, outputs, retentionDays, maxDurationSeconds, emptyMeetingSeconds, keepSegments } = recording;
  const { serviceAccountName } = recording;
  return {
    metadata: {
      name: `${metadata.name.slice(0, READABLE)}-${nameOfTime(atMs)}`,
      namespace: metadata.namespace,
      labels: { [MEETING_ID_LABEL]: meetingIdOf(metadata.uid), [RECORDING_ORIGIN_LABEL]: origin },
    },
    spec: {
      meetingRef: { name: metadata.name },
      ...{ storage, layout, outputs, retentionDays, maxDurationSeconds, emptyMeetingSeconds, keepSegments },
      ...(serviceAccountName !== undefined && { serviceAccountName }),
    },
  };
}

/** Such as 20260901-093000, in UTC. */
function nameOfTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
