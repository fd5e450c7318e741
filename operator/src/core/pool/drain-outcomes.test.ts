import { expect, test } from 'vitest';
import { aDrain, aPoolNode, NOW_MS } from '../testing/builders.js';
import { endedDrains, seenDrains, type DrainOutcome } from './drain-outcomes.js';
import type { ObservedNode } from './world.js';

const drain = aDrain({ sinceMs: NOW_MS - 30_000, deadlineMs: NOW_MS });
const drains = new Map([['eu-0', drain]]);

interface Case {
  readonly participants: number;
  readonly nodes: readonly ObservedNode[];
  readonly isPastDeadline?: boolean;
  readonly outcomes: readonly DrainOutcome[];
}

test.each<[string, Case]>([
  ['goes on', { participants: 2, nodes: [aPoolNode('eu-0', { drain })], outcomes: [] }],
  ['its pod is gone, and nobody was on it', { participants: 0, nodes: [], outcomes: ['Drained'] }],
  [
    'its pod is being deleted, and nobody was on it',
    { participants: 0, nodes: [aPoolNode('eu-0', { phase: 'Ending' })], outcomes: ['Drained'] },
  ],
  [
    'its pod was replaced by another of its name',
    { participants: 0, nodes: [aPoolNode('eu-0', { uid: 'other' })], outcomes: ['Drained'] },
  ],
  ['it was taken back', { participants: 2, nodes: [aPoolNode('eu-0')], outcomes: ['Cancelled'] }],
  [
    'its pod went with people on it, at the deadline',
    { participants: 2, nodes: [], isPastDeadline: true, outcomes: ['DeadlineExceeded'] },
  ],
  ['its pod went with people on it, before', { participants: 2, nodes: [], outcomes: ['Lost'] }],
])('a drain ends: %s', (_, { participants, nodes, isPastDeadline = false, outcomes }) => {
  const before = seenDrains([aPoolNode('eu-0', { participants })], drains);
  const going = nodes.some((node) => node.drain !== undefined);
  const now = { nodes, drains: going ? drains : new Map(), nowMs: isPastDeadline ? NOW_MS : NOW_MS - 1 };
  const ended = endedDrains(before, now);
  expect(ended.map(({ outcome }) => outcome)).toEqual(outcomes);
  for (const { seconds } of ended) expect(seconds).toBeCloseTo(30, 0);
});
