/**
 * When scheduled meetings take place next. Recurrence rules cost a fraction of a millisecond each, so they are worked out a few at a
 * time; to ask costs as much as there are meetings near, not as there are meetings.
 */
import { meetingIdOf, type MeetingId } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { expectedSizeOf } from '../core/load/gatherings.js';
import { nextOccurrence, type MeetingTime, type Occurrence } from '../core/schedule/occurrences.js';
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
  /** When a meeting (by key) takes place now or next; undefined: it has no schedule, or that was not worked out yet. */
  timeOf(key: string): MeetingTime | undefined;
  /** Calls `listener` with the key of each meeting whose time is another than before. */
  subscribe(listener: (key: string) => void): () => void;
  close(): void;
}

export interface ScheduledMeetingsDeps {
  readonly meetings: ObjectCache<Meeting>;
  readonly changes: KeySource;
  readonly clock: Clock;
}

/** As far ahead as the longest start-up time of a pool. */
const NEAR_MS = 3_600_000;
/** For so long at a time rules are worked out; then others have their turn. */
const SLICE_MS = 5;
const PAUSE_MS = 10;

interface Entry {
  /** What it was worked out from. */
  readonly source: string;
  readonly time: MeetingTime;
  /** Undefined: it doesn't take place any more. */
  readonly near: NearMeeting | undefined;
}

export function createScheduledMeetings(deps: ScheduledMeetingsDeps): ScheduledMeetings {
  const { meetings, clock } = deps;
  const entries = new Map<string, Entry>();
  const nearKeys = new Map<string, Set<string>>();
  const waiting = createDelayHeap();
  const pending = new Set<string>();
  const listeners = new Set<(key: string) => void>();
  let cancelWork: (() => void) | undefined;
  let cancelWait: (() => void) | undefined;

  const forget = (key: string): void => {
    entries.delete(key);
    const keys = nearKeys.get(namespaceOf(key));
    keys?.delete(key);
    if (keys?.size === 0) nearKeys.delete(namespaceOf(key));
  };
  /** Until it comes near, then until it is over. */
  const wait = (key: string, { startMs, endMs }: NearMeeting): void => {
    const nearFromMs = startMs - NEAR_MS;
    const isNear = nearFromMs <= clock.nowMs();
    const namespace = namespaceOf(key);
    if (isNear) nearKeys.set(namespace, (nearKeys.get(namespace) ?? new Set()).add(key));
    if (waiting.schedule(key, isNear ? endMs : nearFromMs)) waitForNext();
  };
  const waitForNext = (): void => {
    cancelWait?.();
    const nextMs = waiting.nextDueAtMs();
    cancelWait = nextMs === undefined ? undefined : clock.after(Math.max(0, nextMs - clock.nowMs()), comeNear);
  };
  const comeNear = (): void => {
    const nowMs = clock.nowMs();
    for (let key = waiting.takeDue(nowMs); key !== undefined; key = waiting.takeDue(nowMs)) {
      const near = entries.get(key)?.near;
      if (near === undefined) continue;
      if (near.endMs <= nowMs) look(key);
      else wait(key, near);
    }
    waitForNext();
  };
  const workOut = (key: string): void => {
    const meeting = meetings.get(key);
    const known = entries.get(key);
    const source = meeting === undefined ? undefined : sourceOf(meeting);
    const isOver = known?.near !== undefined && known.near.endMs <= clock.nowMs();
    if (known !== undefined && known.source === source && !isOver) return;
    forget(key);
    if (meeting?.spec.schedule !== undefined && source !== undefined && !meeting.spec.ended) {
      const time = timeOf(meeting.spec.schedule, clock.nowMs());
      const near = time.kind === 'Known' ? nearOf(meeting, time) : undefined;
      entries.set(key, { source, time, near });
      if (near !== undefined) wait(key, near);
    }
    for (const listener of listeners) listener(key);
  };
  const work = (): void => {
    cancelWork = undefined;
    const startedAtMs = clock.monotonicMs();
    for (const key of pending) {
      pending.delete(key);
      workOut(key);
      if (clock.monotonicMs() - startedAtMs >= SLICE_MS) break;
    }
    if (pending.size > 0) cancelWork = clock.after(PAUSE_MS, work);
  };
  const look = (key: string): void => {
    if (meetings.get(key)?.spec.schedule === undefined && !entries.has(key)) return;
    pending.add(key);
    cancelWork ??= clock.after(0, work);
  };
  const unsubscribe = deps.changes.subscribe(look);
  for (const key of meetings.keys()) look(key);

  return {
    near: (namespace) => {
      comeNear();
      const nowMs = clock.nowMs();
      return [...(nearKeys.get(namespace) ?? [])].flatMap((key) => {
        const near = entries.get(key)?.near;
        return near === undefined || near.endMs <= nowMs ? [] : [near];
      });
    },
    timeOf: (key) => entries.get(key)?.time,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      unsubscribe();
      cancelWork?.();
      cancelWait?.();
      pending.clear();
      waiting.clear();
    },
  };
}

function timeOf(schedule: NonNullable<Meeting['spec']['schedule']>, nowMs: number): MeetingTime {
  try {
    const next = nextOccurrence(schedule, nowMs);
    return next === undefined ? { kind: 'Over' } : { kind: 'Known', ...next };
  } catch (error) {
    return { kind: 'Unreadable', message: error instanceof Error ? error.message.slice(0, 200) : '' };
  }
}

function nearOf(meeting: Meeting, { startMs, endMs }: Occurrence): NearMeeting {
  const { metadata, spec } = meeting;
  return {
    startMs,
    endMs,
    meetingId: meetingIdOf(metadata.uid),
    expectedParticipants: expectedSizeOf(meeting),
    pools: spec.pools.map(({ name }) => name),
  };
}

function sourceOf(meeting: Meeting): string {
  const { metadata, spec } = meeting;
  return JSON.stringify([metadata.uid, spec.schedule, expectedSizeOf(meeting), spec.ended]);
}

function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
