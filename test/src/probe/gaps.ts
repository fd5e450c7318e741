/**
 * How long pictures were missing, without the time in which the browsers themselves stood still: a camera that was not run paints
 * nothing, and a page that was not run sees nothing, however well the system between them works.
 */
import type { Stall } from './probe-contract.js';

/** @param stalls of the sending and of the receiving page. */
export function longestGapMs(gaps: readonly Stall[], stalls: readonly Stall[]): number {
  return gaps.reduce((longest, gap) => Math.max(longest, gap.toMs - gap.fromMs - overlapMs(gap, stalls)), 0);
}

/** Each moment counts once, however many pages stood still in it. */
function overlapMs(gap: Stall, stalls: readonly Stall[]): number {
  let untilMs = gap.fromMs;
  let sumMs = 0;
  for (const { fromMs, toMs } of stalls.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const beginMs = Math.max(fromMs, untilMs);
    const endMs = Math.min(toMs, gap.toMs);
    if (endMs <= beginMs) continue;
    sumMs += endMs - beginMs;
    untilMs = endMs;
  }
  return sumMs;
}
