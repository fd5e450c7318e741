/**
 * One day of one cell: who joins which meeting from where, when they leave, and how much each meeting sends. Made once from a seed;
 * every policy gets the same. Columns of numbers: a full cell has about a million participants.
 */
import { createRandom, logNormal, normal, type Random } from '../random.js';
import { drawAdHocStartMs, drawScheduledStartMs, meetingsOfDay } from './day-profile.js';
import { packEvents, type EventKind } from './events.js';
import { drawDelayMs, drawLengthMs, drawSize } from './meeting-shape.js';
import * as shape from './parameters.js';

export interface MeetingColumns {
  readonly count: number;
  /** Index of the region of whoever called it. */
  readonly homeRegion: Uint8Array;
  readonly size: Uint16Array;
  /** People that the organizer said would come; 0: nobody said. */
  readonly announced: Uint16Array;
  /** When those begin that were announced. */
  readonly scheduledMs: Float64Array;
  /** What it sends to begin with, relative to others. */
  readonly activity: Float32Array;
  /** Its people are the rows from this on. */
  readonly firstParticipant: Uint32Array;
}

export interface ParticipantColumns {
  readonly count: number;
  readonly meeting: Uint32Array;
  readonly region: Uint8Array;
  readonly joinMs: Float64Array;
  readonly leaveMs: Float64Array;
}

export interface ActivityColumns {
  readonly count: number;
  readonly meeting: Uint32Array;
  readonly activity: Float32Array;
  readonly atMs: Float64Array;
}

export interface Workload {
  readonly meetings: MeetingColumns;
  readonly participants: ParticipantColumns;
  readonly changes: ActivityColumns;
  /** In order of time; unpackEvent reads one. */
  readonly events: Float64Array;
}

export interface WorkloadShape {
  readonly seed: number;
  /** Meetings that go on at once in the busiest hour. */
  readonly peakMeetings: number;
}

interface Growing {
  readonly meeting: number[];
  readonly region: number[];
  readonly joinMs: number[];
  readonly leaveMs: number[];
  readonly changeMeeting: number[];
  readonly change: number[];
  readonly changeMs: number[];
}

export function createWorkload({ seed, peakMeetings }: WorkloadShape): Workload {
  const random = createRandom(seed);
  const count = meetingsOfDay(peakMeetings);
  const meetings: MeetingColumns = {
    count,
    homeRegion: new Uint8Array(count),
    size: new Uint16Array(count),
    announced: new Uint16Array(count),
    scheduledMs: new Float64Array(count),
    activity: new Float32Array(count),
    firstParticipant: new Uint32Array(count),
  };
  const growing: Growing = {
    meeting: [],
    region: [],
    joinMs: [],
    leaveMs: [],
    changeMeeting: [],
    change: [],
    changeMs: [],
  };
  for (let meeting = 0; meeting < count; meeting += 1) addMeeting(random, meetings, growing, meeting);
  return finish(meetings, growing);
}

function addMeeting(random: Random, meetings: MeetingColumns, growing: Growing, meeting: number): void {
  const home = drawRegion(random);
  const region = shape.REGIONS[home] as shape.RegionShape;
  const isScheduled = random.next() < shape.SCHEDULED_SHARE;
  const startMs = isScheduled ? drawScheduledStartMs(random, region) : drawAdHocStartMs(random, region);
  const endMs = startMs + drawLengthMs(random);
  const size = drawSize(random);
  const announced = Math.max(2, Math.round(logNormal(random, size, shape.ANNOUNCED_SIGMA)));
  meetings.homeRegion[meeting] = home;
  meetings.firstParticipant[meeting] = growing.meeting.length;
  meetings.size[meeting] = size;
  meetings.scheduledMs[meeting] = startMs;
  meetings.announced[meeting] = isScheduled ? announced : 0;
  meetings.activity[meeting] = logNormal(random, 1, shape.ACTIVITY_SIGMA);
  const isInternational = random.next() < shape.INTERNATIONAL_SHARE;
  let firstMs = Infinity;
  for (let person = 0; person < size; person += 1) {
    const joinMs = drawJoinMs(random, { startMs, endMs, isScheduled, isFirst: person === 0 });
    firstMs = Math.min(firstMs, joinMs);
    growing.meeting.push(meeting);
    growing.region.push(isInternational && random.next() < shape.ELSEWHERE_SHARE ? drawRegion(random) : home);
    growing.joinMs.push(joinMs);
    growing.leaveMs.push(drawLeaveMs(random, joinMs, endMs));
  }
  addChanges(random, growing, { meeting, firstMs, endMs, activity: meetings.activity[meeting] ?? 1 });
}

interface JoinShape {
  readonly startMs: number;
  readonly endMs: number;
  readonly isScheduled: boolean;
  readonly isFirst: boolean;
}

function drawJoinMs(random: Random, { startMs, endMs, isScheduled, isFirst }: JoinShape): number {
  if (!isScheduled) return isFirst ? startMs : Math.min(endMs - 1, startMs + drawDelayMs(random, shape.JOIN_DELAY_MS));
  const offMs = Math.floor(normal(random) * shape.JOIN_SPREAD_MS);
  return Math.max(0, Math.min(Math.floor(endMs) - 1, startMs + offMs));
}

function drawLeaveMs(random: Random, joinMs: number, endMs: number): number {
  if (random.next() < shape.EARLY_LEAVERS) return Math.floor(joinMs + 1 + random.next() * Math.max(0, endMs - joinMs));
  return Math.floor(endMs) + drawDelayMs(random, 20_000);
}

interface ChangesShape {
  readonly meeting: number;
  readonly firstMs: number;
  readonly endMs: number;
  readonly activity: number;
}

/** Cameras go on and off, screens are shared. */
function addChanges(random: Random, growing: Growing, { meeting, firstMs, endMs, activity }: ChangesShape): void {
  let atMs = firstMs + drawDelayMs(random, shape.ACTIVITY_CHANGE_MS);
  while (atMs < endMs) {
    growing.changeMeeting.push(meeting);
    growing.change.push(activity * logNormal(random, 1, shape.ACTIVITY_CHANGE_SIGMA));
    growing.changeMs.push(Math.floor(atMs));
    atMs += 1 + drawDelayMs(random, shape.ACTIVITY_CHANGE_MS);
  }
}

function drawRegion(random: Random): number {
  let left = random.next();
  const found = shape.REGIONS.findIndex(({ share }) => {
    left -= share;
    return left < 0;
  });
  return found === -1 ? shape.REGIONS.length - 1 : found;
}

function finish(meetings: MeetingColumns, growing: Growing): Workload {
  const participants: ParticipantColumns = {
    count: growing.meeting.length,
    meeting: Uint32Array.from(growing.meeting),
    region: Uint8Array.from(growing.region),
    joinMs: Float64Array.from(growing.joinMs, Math.floor),
    leaveMs: Float64Array.from(growing.leaveMs, Math.floor),
  };
  const changes: ActivityColumns = {
    count: growing.changeMeeting.length,
    meeting: Uint32Array.from(growing.changeMeeting),
    activity: Float32Array.from(growing.change),
    atMs: Float64Array.from(growing.changeMs, Math.floor),
  };
  const columns: readonly (readonly [EventKind, Float64Array])[] = [
    ['Join', participants.joinMs],
    ['Leave', participants.leaveMs],
    ['Change', changes.atMs],
  ];
  return { meetings, participants, changes, events: packEvents(columns) };
}
