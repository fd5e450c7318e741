/** A short name for what came out, without times: the same seed gives the same, on any machine. */
import { createHash } from 'node:crypto';
import type { DayResult } from './measurement.js';

export function digestOf(days: readonly DayResult[]): string {
  const outcome = days.map(({ policy, totals, series }) => ({ policy, totals, series }));
  return createHash('sha256').update(JSON.stringify(outcome)).digest('hex').slice(0, 16);
}
