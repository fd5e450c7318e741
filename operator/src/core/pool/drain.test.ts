import { describe, expect, test } from 'vitest';
import { aDrain, aDrainPolicy, aPoolNode, NOW_MS } from '../testing/builders.js';
import { drainOf, drainOfDeleted, RECONNECT_MS, stepDrain } from './drain.js';
import type { Drain, ObservedMeeting, ObservedNode } from './world.js';

const policy = aDrainPolicy({ deadlineSeconds: 600, waitSeconds: 10 });
const busy: ObservedMeeting = { meetingId: 'a', participants: 2, departure: undefined, moving: false };
const people = { participants: 2, meetings: [busy] };
const seconds = (count: number): number => NOW_MS + count * 1000;

describe('a drain as it should be by now', () => {
  const cause = { reason: 'HostTainted', allowedSeconds: 100 } as const;
  test.each<[string, Partial<ObservedNode>, Partial<Drain>]>([
    ['begins with waiting', people, { phase: 'Draining', sinceMs: NOW_MS, deadlineMs: seconds(100) }],
    [
      'migrates after the wait',
      { ...people, drain: aDrain({ sinceMs: seconds(-10), deadlineMs: seconds(90) }) },
      { phase: 'Migrating', sinceMs: seconds(-10), deadlineMs: seconds(90) },
    ],
    [
      'waits a quarter of the time at most',
      { ...people, drain: aDrain({ sinceMs: seconds(-5), deadlineMs: seconds(15) }) },
      { phase: 'Migrating' },
    ],
    ['is over when nobody is there', {}, { phase: 'Drained' }],
    [
      'of a more urgent cause has less time',
      { ...people, drain: aDrain({ sinceMs: seconds(-60), deadlineMs: seconds(540) }) },
      { reason: 'HostTainted', sinceMs: seconds(-60), deadlineMs: seconds(100) },
    ],
    [
      'of a less urgent cause has no more',
      { ...people, drain: aDrain({ sinceMs: seconds(-60), deadlineMs: seconds(20) }) },
      { deadlineMs: seconds(20) },
    ],
  ])('%s', (_, shape, expected) => {
    expect(drainOf(aPoolNode('eu-0', shape), cause, policy, NOW_MS)).toMatchObject(expected);
  });

  test('of a deleted pod ends before the pod is killed: people reconnect, and the process closes in order', () => {
    const node = aPoolNode('eu-0', { ...people, deletion: { sinceMs: seconds(-300), killedAtMs: seconds(300) } });
    expect(drainOfDeleted(node, policy, NOW_MS)).toEqual({
      phase: 'Migrating',
      reason: 'PodDeleted',
      sinceMs: seconds(-300),
      deadlineMs: seconds(285),
    });
  });

  test('of a pod that is deleted without a grace period is overdue at once', () => {
    const node = aPoolNode('eu-0', { ...people, deletion: { sinceMs: NOW_MS, killedAtMs: NOW_MS } });
    expect(drainOfDeleted(node, policy, NOW_MS)).toMatchObject({ phase: 'Migrating', deadlineMs: NOW_MS });
  });
});

describe('a step of a drain', () => {
  const step = (drain: Partial<Drain>, shape: Partial<ObservedNode> = people) =>
    stepDrain(aPoolNode('eu-0', shape), aDrain(drain), policy, NOW_MS);

  test('waits out the wait', () => {
    const drain = { phase: 'Draining', sinceMs: seconds(-4), deadlineMs: seconds(596) } as const;
    expect(step(drain)).toMatchObject({ departures: [], isOver: false, againInMs: 6_000 });
  });

  test('has meetings leave', () => {
    expect(step({ phase: 'Migrating' })).toMatchObject({ departures: ['a'], reconnects: false, againInMs: 1_000 });
  });

  test('looks again at the deadline', () => {
    expect(step({ phase: 'Migrating', deadlineMs: NOW_MS + 300 })).toMatchObject({ againInMs: 300 });
  });

  test('has who is still there reconnect at the deadline, once', () => {
    const drain = { phase: 'Migrating', deadlineMs: NOW_MS } as const;
    expect(step(drain)).toMatchObject({ reconnects: true, isOver: false, departures: [], againInMs: RECONNECT_MS });
    const told = { ...people, meetings: [{ ...busy, departure: 'Reconnect' as const }] };
    expect(step(drain, told)).toMatchObject({ reconnects: false, isOver: false });
  });

  test('is over a little later, even with people there', () => {
    expect(step({ phase: 'Migrating', deadlineMs: NOW_MS - RECONNECT_MS })).toMatchObject({ isOver: true });
  });

  test('lets an empty node go once nobody can be on the way to it', () => {
    expect(step({ phase: 'Drained', sinceMs: seconds(-4) })).toMatchObject({ isOver: false, againInMs: 1_000 });
    expect(step({ phase: 'Drained', sinceMs: seconds(-5) })).toMatchObject({ isOver: true, againInMs: undefined });
  });
});
