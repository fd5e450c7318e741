/** When meetings begin: by the local hour of their region, and for most of them on the hour or at half past. */
import type { Random } from '../random.js';
import {
  DAY_MS,
  FULL_HOUR_SHARE,
  HOURLY_WEIGHTS,
  HOUR_MS,
  MEAN_MEETING_MINUTES,
  REGIONS,
  type RegionShape,
} from './parameters.js';

const totalWeight = HOURLY_WEIGHTS.reduce((sum, weight) => sum + weight, 0);
const cumulative = HOURLY_WEIGHTS.reduce<number[]>((sums, weight) => [...sums, (sums.at(-1) ?? 0) + weight], []);

/** The UTC hour in which a meeting of the region begins. */
export function drawHour(random: Random, region: RegionShape): number {
  const drawn = random.next() * totalWeight;
  const localHour = cumulative.findIndex((sum) => drawn < sum);
  return (localHour - region.utcOffsetHours + 24) % 24;
}

export function drawScheduledStartMs(random: Random, region: RegionShape): number {
  const half = random.next() < FULL_HOUR_SHARE ? 0 : HOUR_MS / 2;
  return drawHour(random, region) * HOUR_MS + half;
}

export function drawAdHocStartMs(random: Random, region: RegionShape): number {
  return drawHour(random, region) * HOUR_MS + Math.floor(random.next() * HOUR_MS);
}

/** How many meetings a day has when so many are going on in its busiest hour. */
export function meetingsOfDay(peakConcurrent: number): number {
  const busiest = Math.max(...HOURLY_WEIGHTS.map((_, utcHour) => startsPerDayShare(utcHour)));
  const perHourAtPeak = (peakConcurrent * HOUR_MS) / (MEAN_MEETING_MINUTES * 60_000);
  return Math.round(perHourAtPeak / busiest);
}

/** Of a day's meetings, those that begin in an UTC hour. */
function startsPerDayShare(utcHour: number): number {
  return REGIONS.reduce((sum, { share, utcOffsetHours }) => {
    const weight = HOURLY_WEIGHTS[(utcHour + utcOffsetHours + 24) % 24] ?? 0;
    return sum + (share * weight) / totalWeight;
  }, 0);
}

export function isWithinDay(atMs: number): boolean {
  return atMs >= 0 && atMs < DAY_MS;
}
