import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.js';
import { drawAdHocStartMs, drawHour, drawScheduledStartMs, meetingsOfDay } from './day-profile.js';
import { indexOf, kindOf, packEvents, timeOf } from './events.js';
import { drawLengthMs, drawSize } from './meeting-shape.js';
import { HOUR_MS, LARGEST_MEETING, MINUTE_MS, REGIONS, type RegionShape } from './parameters.js';
import { createWorkload } from './workload.js';

const meanOf = (count: number, draw: () => number): number => {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += draw();
  return sum / count;
};
const eu = REGIONS[1] as RegionShape;

describe('meetings', () => {
  test('have 3.37 people on average, as those of meet.jit.si', () => {
    const random = createRandom(7);
    expect(meanOf(400_000, () => drawSize(random))).toBeCloseTo(3.37, 1);
  });

  test('are small, but for a tail up to a thousand', () => {
    const random = createRandom(7);
    const sizes = Array.from({ length: 400_000 }, () => drawSize(random));
    const share = (from: number): number => sizes.filter((size) => size >= from).length / sizes.length;
    expect(share(2)).toBe(1);
    expect(share(LARGEST_MEETING + 1)).toBe(0);
    expect(share(10)).toBeGreaterThan(0.015);
    expect(share(10)).toBeLessThan(0.03);
    expect(share(100)).toBeGreaterThan(0.000_5);
    expect(share(500)).toBeGreaterThan(0.000_02);
    expect(share(500)).toBeLessThan(0.000_5);
  });

  test('last 38 minutes on average', () => {
    const random = createRandom(7);
    const minutes = meanOf(200_000, () => drawLengthMs(random)) / MINUTE_MS;
    expect(minutes).toBeGreaterThan(37);
    expect(minutes).toBeLessThan(39);
  });
});

describe('a day', () => {
  test('has its busiest hour at ten in the morning, local time, and a dip at noon', () => {
    const random = createRandom(7);
    const counts = new Array<number>(24).fill(0);
    for (let drawn = 0; drawn < 100_000; drawn += 1) {
      const local = (drawHour(random, eu) + eu.utcOffsetHours) % 24;
      counts[local] = (counts[local] ?? 0) + 1;
    }
    expect(counts.indexOf(Math.max(...counts))).toBe(10);
    expect(counts[12]).toBeLessThan((counts[10] ?? 0) * 0.7);
    expect(counts[3]).toBeLessThan((counts[10] ?? 0) * 0.03);
  });

  test('begins scheduled meetings on the hour or at half past, and others at any time', () => {
    const random = createRandom(7);
    const offsets = new Set(Array.from({ length: 1_000 }, () => drawScheduledStartMs(random, eu) % HOUR_MS));
    expect([...offsets].toSorted((a, b) => a - b)).toEqual([0, HOUR_MS / 2]);
    const others = new Set(Array.from({ length: 1_000 }, () => drawAdHocStartMs(random, eu) % HOUR_MS));
    expect(others.size).toBeGreaterThan(900);
  });

  test('has as many meetings as keep the asked number going at its peak', () => {
    const { meetings, participants } = createWorkload({ seed: 3, peakMeetings: 1_000 });
    expect(meetings.count).toBe(meetingsOfDay(1_000));
    const firstJoin = new Float64Array(meetings.count).fill(Infinity);
    const lastLeave = new Float64Array(meetings.count);
    for (let row = 0; row < participants.count; row += 1) {
      const meeting = participants.meeting[row] as number;
      firstJoin[meeting] = Math.min(firstJoin[meeting] as number, participants.joinMs[row] as number);
      lastLeave[meeting] = Math.max(lastLeave[meeting] as number, participants.leaveMs[row] as number);
    }
    const goingOn = (atMs: number): number =>
      firstJoin.filter((joinMs, meeting) => joinMs <= atMs && (lastLeave[meeting] as number) > atMs).length;
    const peak = Math.max(...Array.from({ length: 24 * 12 }, (_, slot) => goingOn(slot * 300_000)));
    expect(peak).toBeGreaterThan(800);
    expect(peak).toBeLessThan(1_500);
  });
});

describe('a workload', () => {
  test('is the same for the same seed, and another for another', () => {
    const [a, b, other] = [3, 3, 4].map((seed) => createWorkload({ seed, peakMeetings: 50 }));
    expect(a).toEqual(b);
    expect(other?.events).not.toEqual(a?.events);
  });

  test('lets everyone join before they leave', () => {
    const { participants } = createWorkload({ seed: 3, peakMeetings: 300 });
    const early = participants.leaveMs.findIndex((leaveMs, row) => leaveMs <= (participants.joinMs[row] as number));
    expect(early).toBe(-1);
  });

  test('tells some people’s meetings apart from those of one region', () => {
    const { meetings, participants } = createWorkload({ seed: 3, peakMeetings: 300 });
    const international = new Set<number>();
    participants.region.forEach((region, row) => {
      const meeting = participants.meeting[row] as number;
      if (region !== meetings.homeRegion[meeting]) international.add(meeting);
    });
    const share = international.size / meetings.count;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.153);
  });
});

test('events are in order of time, and who leaves goes first', () => {
  const events = packEvents([
    ['Join', Float64Array.of(5, 3)],
    ['Leave', Float64Array.of(5)],
    ['Change', Float64Array.of(4)],
  ]);
  const read = Array.from(events, (event) => [timeOf(event), kindOf(event), indexOf(event)]);
  expect(read).toEqual([
    [3, 'Join', 1],
    [4, 'Change', 0],
    [5, 'Leave', 0],
    [5, 'Join', 0],
  ]);
});
