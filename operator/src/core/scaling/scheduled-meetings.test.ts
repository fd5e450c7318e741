import { describe, expect, test } from 'vitest';
import { scheduledMeetingsSignal, shareOfPool, type AheadInput, type MeetingAhead } from './scheduled-meetings.js';

const MINUTE_MS = 60_000;
const NOW_MS = 1_000 * MINUTE_MS;
const capacity = { participants: 1_000, consumers: 100_000, packetsPerSecond: 10_000, bytesPerSecond: Infinity };

function signalOf(meeting: Partial<MeetingAhead>, input: Partial<AheadInput> = {}) {
  const ahead = { startMs: NOW_MS, endMs: NOW_MS + 60 * MINUTE_MS, expected: 70, present: 0, ...meeting };
  return scheduledMeetingsSignal({
    spec: { headroom: { percent: 0 }, targetUtilizationPercent: 100 },
    capacity,
    nodes: [],
    meetings: [ahead],
    startupMs: 2 * MINUTE_MS,
    costScale: 1,
    nowMs: NOW_MS,
    ...input,
  });
}

describe('of seventy who are expected, there will have come when a node would be up', () => {
  test.each<[string, Partial<MeetingAhead>, number | undefined]>([
    ['none five minutes before the begin', { startMs: NOW_MS + 7 * MINUTE_MS }, undefined],
    ['ten a minute later', { startMs: NOW_MS + 6 * MINUTE_MS }, 10],
    ['fifty at the begin', { startMs: NOW_MS + 2 * MINUTE_MS }, 50],
    ['all two minutes after it', {}, 70],
    ['less those who are there', { present: 64 }, 6],
    ['half of those who are late by three minutes', { startMs: NOW_MS - 3 * MINUTE_MS, present: 50 }, 10],
    ['none of those who are late by a quarter of an hour', { startMs: NOW_MS - 15 * MINUTE_MS }, undefined],
    ['none when it is over', { startMs: NOW_MS - MINUTE_MS, endMs: NOW_MS }, undefined],
  ])('%s', (_, meeting, people) => {
    const { reason, detail } = signalOf(meeting);
    expect(reason).toBe(people === undefined ? 'NoMeetingsAhead' : 'MeetingsAhead');
    if (people !== undefined) expect(detail).toBe(`${String(people)} participants still to come to 1 meeting`);
  });
});

test('they need fewer nodes where people cost less than is foreseen', () => {
  const nodes = [1, 0.5].map((costScale) => signalOf({}, { costScale }).wish ?? 0);
  expect(nodes[1]).toBe(Math.ceil((nodes[0] ?? 0) / 2));
});

const people = new Map([
  ['eu', 30],
  ['us', 90],
]);
const nobody = new Map([...people.keys()].map((pool) => [pool, 0]));

test.each([
  { what: 'all of it to the one pool that it is to be in', pool: 'eu', pools: ['eu'], share: 1 },
  { what: 'equal parts to those that it is to be in', pool: 'eu', pools: ['eu', 'ap'], share: 1 / 2 },
  { what: 'nothing to another', pool: 'us', pools: ['eu'], share: 0 },
  { what: 'where nobody knows, as people are spread now', pool: 'us', pools: [], share: 3 / 4 },
  { what: 'nothing to a pool without anybody', pool: 'ap', pools: [], share: 0 },
  { what: 'equal parts before anybody is anywhere', pool: 'eu', pools: [], spread: nobody, share: 1 / 2 },
])('a scheduled meeting brings $what', ({ pool, pools, spread = people, share }) => {
  expect(shareOfPool(pool, { pools: new Set(pools), peopleByPool: () => spread })).toBe(share);
});
