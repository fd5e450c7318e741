/** Whether anybody is in the meetings that are recorded, and since when not. Kept for those alone. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';
import type { MeetingStore } from '../meetings/meeting-store.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import type { MeetingIndex } from '../resources/caches.js';

export interface Presence {
  readonly people: number;
  /** Since when nobody is in it, as this leader has seen it. */
  readonly emptySinceMs: number | undefined;
  /** When people came into it while this leader looked; undefined: it found them there. */
  readonly gatheredAtMs: number | undefined;
}

export interface MeetingPresence {
  of(meeting: Meeting): Presence;
  /** Calls `listener` with the key of a meeting, of those that were asked for, that people came into, or that the last has left. */
  subscribe(listener: (meeting: string) => void): () => void;
  close(): void;
}

export interface MeetingPresenceDeps {
  readonly meetings: ObjectCache<Meeting, MeetingIndex>;
  readonly changes: KeySource;
  readonly store: Pick<MeetingStore, 'reportedParticipants'>;
  readonly directory: Pick<NodeDirectory, 'subscribe'>;
  readonly clock: Clock;
}

interface Seen {
  readonly meetingId: string;
  readonly isThere: boolean;
  readonly sinceMs: number;
  /** It was found so when it was first looked at. */
  readonly isFound: boolean;
}

export function createMeetingPresence(deps: MeetingPresenceDeps): MeetingPresence {
  const seen = new Map<string, Seen>();
  const listeners = new Set<(meeting: string) => void>();

  const peopleIn = (meetingId: string): number => {
    let people = 0;
    for (const count of deps.store.reportedParticipants(meetingId).values()) people += count;
    return people;
  };
  const look = (
    key: string,
    meetingId: string,
  ): { readonly people: number; readonly now: Seen; readonly isNew: boolean } => {
    const before = seen.get(key);
    const people = peopleIn(meetingId);
    const isThere = people > 0;
    const isKnown = before?.meetingId === meetingId;
    if (isKnown && before.isThere === isThere) return { people, now: before, isNew: false };
    const now = { meetingId, isThere, sinceMs: deps.clock.nowMs(), isFound: !isKnown };
    seen.set(key, now);
    return { people, now, isNew: isKnown };
  };
  const unsubscribe = [
    deps.directory.subscribe((event) => {
      if (event.kind !== 'MeetingReported') return;
      for (const { metadata } of deps.meetings.byIndex('meetingId', event.meetingId)) {
        const key = objectKey(metadata);
        if (!seen.has(key) || !look(key, event.meetingId).isNew) continue;
        for (const listener of listeners) listener(key);
      }
    }),
    deps.changes.subscribe((key) => {
      if (deps.meetings.get(key) === undefined) seen.delete(key);
    }),
  ];
  return {
    of: ({ metadata }) => {
      const { people, now } = look(objectKey(metadata), meetingIdOf(metadata.uid));
      return {
        people,
        emptySinceMs: now.isThere ? undefined : now.sinceMs,
        gatheredAtMs: now.isThere && !now.isFound ? now.sinceMs : undefined,
      };
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      for (const end of unsubscribe) end();
      listeners.clear();
    },
  };
}
