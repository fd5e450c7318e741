import { describe, expect, test } from 'vitest';
import { NOW_MS } from '../testing/builders.js';
import { startsAutomatically, type AutomaticWorld } from './automatic.js';

const world = (some: Partial<AutomaticWorld>): AutomaticWorld => ({
  ...{ isAutomatic: true, isOpen: true, people: 1, gatheredAtMs: NOW_MS, latest: undefined },
  ...some,
});
const latest = (some: Partial<NonNullable<AutomaticWorld['latest']>>): AutomaticWorld['latest'] => ({
  ...{ createdAtMs: NOW_MS - 60_000, phase: 'Completed', endReason: undefined },
  ...some,
});

describe('a meeting that is recorded automatically', () => {
  test.each<[string, Partial<AutomaticWorld>, boolean]>([
    ['is when the first is in it', {}, true],
    ['is not while nobody is', { people: 0 }, false],
    ['is not once it has ended', { isOpen: false }, false],
    ['is not when nobody asked for that', { isAutomatic: false }, false],
    ['is not twice at once', { latest: latest({ phase: 'Recording' }) }, false],
    ['is recorded on by a recording that waits', { latest: latest({ phase: 'Queued' }) }, false],
    ['is again the next time', { latest: latest({ endReason: 'MeetingEmpty' }) }, true],
    [
      'is again the next time, while the last is still composed',
      { latest: latest({ phase: 'Finalizing', endReason: 'MeetingEmpty' }) },
      true,
    ],
    [
      'is not again for those for whom it was stopped',
      { gatheredAtMs: NOW_MS - 60_500, latest: latest({ endReason: 'Stopped' }) },
      false,
    ],
    [
      'is not again for those for whom it has failed',
      { gatheredAtMs: NOW_MS - 60_500, latest: latest({ phase: 'Failed' }) },
      false,
    ],
    [
      'goes by the last recording where a new leader finds people: it was stopped',
      { gatheredAtMs: undefined, latest: latest({ endReason: 'Stopped' }) },
      false,
    ],
    [
      'goes by the last recording where a new leader finds people: the meeting was empty',
      { gatheredAtMs: undefined, latest: latest({ endReason: 'MeetingEmpty' }) },
      true,
    ],
  ])('%s', (_, some, starts) => {
    expect(startsAutomatically(world(some))).toBe(starts);
  });
});
