/** How large and how long meetings are. */
import { exponential, logNormal, type Random } from '../random.js';
import {
  LARGEST_MEETING,
  LONGEST_MEETING_MS,
  MEAN_MEETING_MINUTES,
  MEAN_MEETING_SIZE,
  MEETING_LENGTH_SIGMA,
  MINUTE_MS,
  TAIL_EXPONENT,
  TAIL_FROM,
  TAIL_SHARE,
} from './parameters.js';

/** Of a Pareto distribution cut off at the largest meeting; its inverse is what is drawn from. */
const tailMass = 1 - (TAIL_FROM / LARGEST_MEETING) ** TAIL_EXPONENT;
const tailMean = meanOfTail();
/** The body's mean is what the tail leaves of the mean of all. */
const bodyMean = (MEAN_MEETING_SIZE - TAIL_SHARE * tailMean) / (1 - TAIL_SHARE);
const oneMore = 1 - 1 / (bodyMean - 1);

export function drawSize(random: Random): number {
  if (random.next() < TAIL_SHARE) return tailSize(random.next());
  return 2 + Math.floor(Math.log(1 - random.next()) / Math.log(oneMore));
}

export function drawLengthMs(random: Random): number {
  const drawnMs = logNormal(random, MEAN_MEETING_MINUTES * MINUTE_MS, MEETING_LENGTH_SIGMA);
  return Math.min(LONGEST_MEETING_MS, Math.max(MINUTE_MS, drawnMs));
}

/** Until somebody's next join, leave or change: whole milliseconds, so that events can be sorted as numbers. */
export function drawDelayMs(random: Random, meanMs: number): number {
  return Math.floor(exponential(random, meanMs));
}

function tailSize(quantile: number): number {
  return Math.round(TAIL_FROM * (1 - quantile * tailMass) ** (-1 / TAIL_EXPONENT));
}

function meanOfTail(): number {
  const a = TAIL_EXPONENT;
  const cut = (TAIL_FROM / LARGEST_MEETING) ** (a - 1);
  return ((a / (a - 1)) * TAIL_FROM * (1 - cut)) / tailMass;
}
