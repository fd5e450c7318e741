import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isAhead, takeOfNew, takeOfOld, type Splice } from './splice.js';

it.each([
  [2, 1, true],
  [1, 2, false],
  [1, 1, false],
  [5, 2 ** 32 - 5, true],
  [2 ** 32 - 5, 5, false],
])('%d is ahead of %d: %s', (a, b, ahead) => {
  expect(isAhead(a, b)).toBe(ahead);
});

describe('while two copies come', () => {
  const audio: Splice = { kind: 'audio', newest: 100, from: undefined };
  test.each([
    ['the old one goes on while the new has not come', takeOfOld(audio, 120), 'Forward'],
    ['it goes on up to where the new began', takeOfOld({ ...audio, from: 160 }, 140), 'Forward'],
    ['and gives way there', takeOfOld({ ...audio, from: 160 }, 160), 'Switch'],
    ['the new one waits for the old where it is ahead', takeOfNew(audio, 160), 'Hold'],
    ['of audio nothing comes twice', takeOfNew(audio, 100), 'Drop'],
    ['a video begins with its key frame all the same', takeOfNew({ ...audio, kind: 'video' }, 100), 'Switch'],
  ])('%s', (_, verdict, expected) => {
    expect(verdict).toBe(expected);
  });

  /** Packets 0, 1, 2 … of a microphone by both copies, each later by its way's delay; the new copy begins somewhere. */
  function spliced({ begins, lead, count }: { begins: number; lead: number; count: number }): number[] {
    const arrivals = Array.from({ length: count }, (_, index) => [
      { atMs: index * 20, copy: 'Old' as const, timestamp: index },
      ...(index >= begins ? [{ atMs: index * 20 - lead, copy: 'New' as const, timestamp: index }] : []),
    ]).flat();
    const taken: number[] = [];
    const held: number[] = [];
    let splice: Splice | undefined = { kind: 'audio', newest: 2 ** 32 - 1, from: undefined };
    for (const { copy, timestamp } of arrivals.toSorted((a, b) => a.atMs - b.atMs)) {
      if (splice === undefined) {
        if (copy === 'New') taken.push(timestamp);
        continue;
      }
      const verdict = copy === 'Old' ? takeOfOld(splice, timestamp) : takeOfNew(splice, timestamp);
      if (verdict === 'Forward') {
        taken.push(timestamp);
        splice = { ...splice, newest: timestamp };
      } else if (verdict === 'Hold') {
        held.push(timestamp);
        splice = { ...splice, from: splice.from ?? timestamp };
      } else if (verdict === 'Switch') {
        taken.push(...held);
        splice = undefined;
      }
    }
    return taken;
  }

  test('a microphone has every packet once, in order, whichever way is faster', () => {
    fc.assert(
      fc.property(
        fc.record({ begins: fc.integer({ min: 1, max: 30 }), lead: fc.integer({ min: -300, max: 300 }) }),
        ({ begins, lead }) => {
          const count = 60;
          expect(spliced({ begins, lead, count })).toEqual(Array.from({ length: count }, (_, index) => index));
        },
      ),
    );
  });
});
