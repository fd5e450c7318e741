import type { Meeting, MeetingStatus } from '@parley/crds/meeting.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import type { ReconcileContext } from '../kube/controller-loop.js';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import { MEETINGS } from '../resources/parley-resources.js';
import type { MeetingStore } from './meeting-store.js';

export interface TimeToLiveDeps {
  readonly writer: ObjectWriter;
  readonly store: MeetingStore;
  readonly clock: Clock;
}

export interface TimeToLiveInput {
  readonly meeting: Meeting;
  readonly status: MeetingStatus;
  readonly context: ReconcileContext;
}

/** Deletes the resource when its time to live after its end has passed; else returns for how long it has still to live. */
export async function expireMeeting(deps: TimeToLiveDeps, input: TimeToLiveInput): Promise<number | undefined> {
  const { metadata, spec } = input.meeting;
  const { endedAt } = input.status;
  if (spec.ttlSecondsAfterEnd === undefined || endedAt === undefined) return undefined;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const leftMs = Date.parse(endedAt) + spec.ttlSecondsAfterEnd * 1000 - deps.clock.nowMs();
  if (leftMs > 0) return leftMs;
  deps.store.update(meetingIdOf(metadata.uid), (record) => ({ ...record, expired: true }));
  await deps.writer.delete(MEETINGS, metadata, { uid: metadata.uid, signal: input.context.signal });
  input.context.log.info({ reason: 'Expired' }, 'a meeting that had ended was deleted');
  return undefined;
}
