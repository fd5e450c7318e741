/**
 * When scheduled meetings take place next. Recurrence rules cost a fraction of a millisecond each, so they are worked out a few at a
 * time; to ask costs as much as there are meetings near, not as there are meetings.
 */
import { meetingIdOf, type MeetingId } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { Logger } from 'pino';
import { nextOccurrence, type Occurrence } from '../core/schedule/occurrences.js';
import type { Clock } from '../kube/clock.js';
import { createDelayHeap } from '../kube/delay-heap.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';

export interface NearMeeting extends Occurrence {
  readonly meetingId: MeetingId;
  readonly expectedParticipants: number;
  /** That it asks for; empty: any of its namespace. */
  readonly pools: readonly string[];
}

export interface ScheduledMeetings {
  /** Those of a namespace that take place now or begin within the hour. */
  near(namespace: string): readonly NearMeeting[];
  close(): void;
}

export interface ScheduledMeetingsDeps {
  readonly meetings: ObjectCache<Meeting>;
  readonly changes: KeySource;
  readonly clock: Clock;
  readonly log: Logger;
}

/** As far ahead as the longest start-up time of a pool. */
const NEAR_MS = 3_600_000;
/** For so long at a time rules are worked out; then others have their turn. */
const SLICE_MS = 5;
const PAUSE_MS = 10;

interface Entry {
  /** What it was worked out from. */
  readonly source: string;
  readonly near: NearMeeting;
}

export function createScheduledMeetings(deps: ScheduledMeetingsDeps): ScheduledMeetings {
  const { meetings, clock } = deps;
  const entries = new Map<string, Entry>();
  const nearKeys = new Map<string, Set<string>>();
  const waiting = createDelayHeap();
  const pending = new Set<string>();
  let cancel: (() => void) | undefined;

  const forget = (key: string): void => {
    entries.delete(key);
    const keys = nearKeys.get(namespaceOf(key));
    keys?.delete(key);
    if (keys?.size === 0) nearKeys.delete(namespaceOf(key));
  };
  const keep = (key: string, entry: Entry): void => {
    entries.set(key, entry);
    const nearFromMs = entry.near.startMs - NEAR_MS;
    if (nearFromMs > clock.nowMs()) waiting.schedule(key, nearFromMs);
    else nearKeys.set(namespaceOf(key), (nearKeys.get(namespaceOf(key)) ?? new Set()).add(key));
  };
  const workOut = (key: string): void => {
    const meeting = meetings.get(key);
    const known = entries.get(key);
    const source = meeting === undefined ? undefined : sourceOf(meeting);
    if (known !== undefined && known.source === source && known.near.endMs > clock.nowMs()) return;
    forget(key);
    if (meeting?.spec.schedule === undefined || source === undefined || meeting.spec.ended) return;
    try {
      const next = nextOccurrence(meeting.spec.schedule, clock.nowMs());
      if (next !== undefined) keep(key, { source, near: nearOf(meeting, next) });
    } catch (error) {
      deps.log.warn({ key, err: error }, 'a schedule cannot be read');
    }
  };
  const work = (): void => {
    cancel = undefined;
    const startedAtMs = clock.monotonicMs();
    for (const key of pending) {
      pending.delete(key);
      workOut(key);
      if (clock.monotonicMs() - startedAtMs >= SLICE_MS) break;
    }
    if (pending.size > 0) cancel = clock.after(PAUSE_MS, work);
  };
  const look = (key: string): void => {
    if (meetings.get(key)?.spec.schedule === undefined && !entries.has(key)) return;
    pending.add(key);
    cancel ??= clock.after(0, work);
  };
  const unsubscribe = deps.changes.subscribe(look);
  for (const key of meetings.keys()) look(key);

  const comeNear = (nowMs: number): void => {
    for (let key = waiting.takeDue(nowMs); key !== undefined; key = waiting.takeDue(nowMs)) {
      const entry = entries.get(key);
      if (entry !== undefined) keep(key, entry);
    }
  };
  return {
    near: (namespace) => {
      const nowMs = clock.nowMs();
      comeNear(nowMs);
      const found: NearMeeting[] = [];
      for (const key of nearKeys.get(namespace) ?? []) {
        const entry = entries.get(key);
        if (entry === undefined) continue;
        if (entry.near.endMs <= nowMs) look(key);
        else found.push(entry.near);
      }
      return found;
    },
    close: () => {
      unsubscribe();
      cancel?.();
      pending.clear();
    },
  };
}

function nearOf({ metadata, spec }: Meeting, occurrence: Occurrence): NearMeeting {
  return {
    ...occurrence,
    meetingId: meetingIdOf(metadata.uid),
    expectedParticipants: spec.expectedParticipants,
    pools: spec.pools.map(({ name }) => name),
  };
}

function sourceOf({ metadata, spec }: Meeting): string {
  return JSON.stringify([metadata.uid, spec.schedule, spec.expectedParticipants, spec.ended]);
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
