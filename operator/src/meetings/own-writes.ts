import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';
import type { MeetingStore } from './meeting-store.js';
import { unseen } from './status-writer.js';

export interface OwnWritesDeps {
  readonly meetings: ObjectCache<Meeting>;
  readonly store: Pick<MeetingStore, 'byKey' | 'update'>;
}

/**
 * Changes of Meetings, but for those that show only the status which this leader has written: to decide again would come to the same,
 * at the price of deciding twice on each meeting.
 */
export function changesByOthers(changes: KeySource, { meetings, store }: OwnWritesDeps): KeySource {
  const isOwnWrite = (key: string): boolean => {
    const meeting = meetings.get(key);
    const record = store.byKey(key);
    if (meeting === undefined || record?.written === undefined) return false;
    const { uid, resourceVersion, generation, deletionTimestamp } = meeting.metadata;
    if (meetingIdOf(uid) !== record.meetingId || record.written.resourceVersion !== resourceVersion) return false;
    store.update(record.meetingId, (current) => ({ ...current, written: unseen(current.written, meeting) }));
    // Another may have changed it just before our write, and the watch then shows both at once.
    return record.written.generation === generation && deletionTimestamp === undefined;
  };
  return {
    ...changes,
    subscribe: (listener) =>
      changes.subscribe((key) => {
        if (!isOwnWrite(key)) listener(key);
      }),
  };
}
