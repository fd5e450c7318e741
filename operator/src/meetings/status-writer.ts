import type { Meeting, MeetingStatus } from '@parley/crds/meeting.js';
import { isSameStatus, isWrittenAtOnce, statusOfMeeting } from '../core/status/meeting-status.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { KubeError } from '../kube/kube-error.js';
import { isAtLeastVersion } from '../kube/kube-resource.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import { MEETINGS } from '../resources/parley-resources.js';
import type { ApplyOutcome } from './apply.js';
import type { CountWrites } from './count-writes.js';
import { waitsFor, type MeetingRecord, type MeetingStore, type WrittenStatus } from './meeting-store.js';
import type { ScheduledMeetings } from './scheduled-meetings.js';

export interface StatusWriterDeps {
  readonly writer: ObjectWriter;
  readonly store: MeetingStore;
  readonly counts: CountWrites;
  readonly scheduled: Pick<ScheduledMeetings, 'timeOf'>;
  readonly clock: Clock;
  readonly metrics: OperatorMetrics;
  readonly publicUrl: string;
}

export interface StatusWriteInput {
  readonly meeting: Meeting;
  readonly record: MeetingRecord;
  readonly outcome: ApplyOutcome;
  readonly signal: AbortSignal;
}

/** Writes the status if it says anything new; counts alone only when they were granted a write. */
export async function writeMeetingStatus(deps: StatusWriterDeps, input: StatusWriteInput): Promise<MeetingStatus> {
  const { meeting, record } = input;
  const previous = lastStatusOf(record, meeting);
  deps.store.forgetRefusal(record.meetingId);
  const next = statusOfMeeting({
    meeting,
    previous,
    topology: record.topology,
    verdict: record.verdict,
    waitsFor: waitsFor(record, deps.clock.monotonicMs()),
    unreachable: input.outcome.unreachable,
    participants: deps.store.reportedParticipants(record.meetingId),
    lastPeak: deps.store.lastPeakOf(record.meetingId),
    time: deps.scheduled.timeOf(record.key),
    publicUrl: deps.publicUrl,
    nowMs: deps.clock.nowMs(),
  });
  const isGranted = deps.counts.take(record.key);
  const isNews = isWrittenAtOnce(previous, next);
  if (!isNews && (!isGranted || isSameStatus(previous, next))) return previous ?? next;
  const { name, namespace } = meeting.metadata;
  const desired = { metadata: { name, namespace }, status: next };
  const applied = await deps.writer.applyStatus(MEETINGS, desired, { signal: input.signal }).catch(undefinedIfDeleted);
  if (applied === undefined) return next;
  deps.metrics.statusWrites.inc({ kind: 'Meeting', cause: isNews ? 'Change' : 'Counts' });
  const { resourceVersion } = applied;
  const { generation } = meeting.metadata;
  const written = { status: next, resourceVersion, generation, atMs: deps.clock.monotonicMs() };
  deps.store.update(record.meetingId, (current) => ({ ...current, written }));
  return next;
}

/** It was deleted meanwhile: the watch is about to say so, and the meeting is removed then. */
function undefinedIfDeleted(error: unknown): undefined {
  if (error instanceof KubeError && error.code === 'NotFound') return undefined;
  throw error;
}

/** What was just written stands over what the cache still says. */
export function lastStatusOf(record: Pick<MeetingRecord, 'written'>, meeting: Meeting): MeetingStatus | undefined {
  return unseen(record.written, meeting)?.status ?? meeting.status;
}

/** Without the status that the cache shows by now, or a newer one: a cell's statuses need not be kept twice. */
export function unseen(written: WrittenStatus | undefined, meeting: Meeting): WrittenStatus | undefined {
  if (written?.status === undefined) return written;
  const isSeen = isAtLeastVersion(meeting.metadata.resourceVersion, written.resourceVersion);
  return isSeen ? { ...written, status: undefined } : written;
}
