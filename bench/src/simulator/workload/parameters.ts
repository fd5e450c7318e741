/** What the day is made of. docs/simulator.md says where each figure comes from, and which are assumptions. */

export const HOUR_MS = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;
export const MINUTE_MS = 60_000;

export const MEAN_MEETING_MINUTES = 38;
export const MEAN_MEETING_SIZE = 3.37;
export const LARGEST_MEETING = 1_000;

/** Of sizes: a geometric body from two people on, and a Pareto tail from `TAIL_FROM` people on. */
export const TAIL_SHARE = 0.02;
export const TAIL_FROM = 10;
export const TAIL_EXPONENT = 1.3;

export const MEETING_LENGTH_SIGMA = 0.7;
export const LONGEST_MEETING_MS: number = 8 * HOUR_MS;

/** The others begin when somebody feels like it. */
export const SCHEDULED_SHARE = 0.66;
/** Of those that are scheduled; the others begin at half past. */
export const FULL_HOUR_SHARE = 0.6;
/** Around the time for which a meeting is scheduled. */
export const JOIN_SPREAD_MS: number = 1.5 * MINUTE_MS;
/** After the first, into a meeting that was not scheduled. */
export const JOIN_DELAY_MS: number = MINUTE_MS;
/** Of people who leave before the end. */
export const EARLY_LEAVERS = 0.15;
/** How far the number that was given beforehand is off. */
export const ANNOUNCED_SIGMA = 0.3;

/** Meetings with people of more than one region, and how many of those are elsewhere. */
export const INTERNATIONAL_SHARE = 0.153;
export const ELSEWHERE_SHARE = 0.4;

/** What a meeting sends varies between meetings (sigma of its logarithm), and over time. */
export const ACTIVITY_SIGMA = 0.5;
export const ACTIVITY_CHANGE_SIGMA = 0.35;
export const ACTIVITY_CHANGE_MS: number = 8 * MINUTE_MS;

export interface RegionShape {
  readonly name: string;
  readonly utcOffsetHours: number;
  /** Of all meetings. */
  readonly share: number;
}

export const REGIONS: readonly RegionShape[] = [
  { name: 'us', utcOffsetHours: -5, share: 0.4 },
  { name: 'eu', utcOffsetHours: 1, share: 0.4 },
  { name: 'ap', utcOffsetHours: 8, share: 0.2 },
];

/** Meetings that begin in each local hour, to each other: a working day with a dip at noon. */
// prettier-ignore
export const HOURLY_WEIGHTS: readonly number[] = [
  1, 1, 1, 1, 1, 2, 5, 15, 50, 95, 100, 90, 55, 80, 95, 90, 75, 45, 22, 14, 10, 7, 4, 2,
];
