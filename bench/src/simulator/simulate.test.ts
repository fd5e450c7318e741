import { describe, expect, test } from 'vitest';
import { POLICIES } from './cell-days.js';
import { digestOf } from './digest.js';
import type { DayResult } from './measurement.js';
import { nodesFor } from './provision.js';
import { simulateDay } from './simulate.js';
import { createWorkload } from './workload/workload.js';

/** A day takes a second; a busy machine, longer. */
const PATIENCE_MS = 60_000;
const workload = createWorkload({ seed: 11, peakMeetings: 60 });
const nodes = nodesFor(workload, 0.6);

function daysOf(seed: number): readonly DayResult[] {
  return POLICIES.map((policy) => simulateDay({ seed, workload, policy, nodes }));
}

const days = daysOf(11);

test('the same seed gives the same digest, another one another', { timeout: PATIENCE_MS }, () => {
  expect(digestOf(daysOf(11))).toBe(digestOf(days));
  expect(digestOf(daysOf(12))).not.toBe(digestOf(days));
});

describe.each(days)('a day under $policy', ({ totals, series }) => {
  test('everybody is let in, and as long as in any other', () => {
    expect(totals.joins).toBe(days[0]?.totals.joins);
    expect(totals.waitedMs).toBe(0);
    expect(totals.personHours).toBeCloseTo(days[0]?.totals.personHours ?? 0, 5);
  });

  test('has no more people on hot nodes than there are, at any time', () => {
    expect(totals.hotPersonHours).toBeLessThanOrEqual(totals.personHours);
    series.hotPeople.forEach((hot, slot) => expect(hot).toBeLessThanOrEqual((series.people[slot] ?? 0) + 1e-6));
  });

  test('has the nodes that it was given', () => {
    const given = nodes.reduce((sum, count) => sum + count, 0);
    expect(totals.peakNodes).toBe(given);
    expect(totals.nodeHours).toBeCloseTo(24 * given);
  });
});

test('with nodes enough for everyone, nobody is on a hot one but in large meetings', { timeout: PATIENCE_MS }, () => {
  const small = createWorkload({ seed: 5, peakMeetings: 10 });
  const policy = POLICIES.find(({ name }) => name === 'leastLoaded');
  if (policy === undefined) throw new Error('no such policy');
  const { totals } = simulateDay({ seed: 5, workload: small, policy, nodes: [60, 60, 60] });
  expect(totals.hotPersonHours / totals.personHours).toBeLessThan(0.01);
});
