import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../format/recording.js';
import { lengthOf, union } from '../gaps/spans.js';
import { coveredBy, piecesOf, piecesOutside } from './coverage.js';

const segment = (startMs: number, untilMs: number): Segment => ({
  trackId: 't',
  startMs,
  durationMs: untilMs - startMs,
  bytes: 1,
  key: `${startMs}-${untilMs}`,
});
const short = (pieces: ReturnType<typeof piecesOf>): string[] =>
  pieces.map(({ segment: { key }, fromMs, untilMs }) => `${key}: ${fromMs}-${untilMs}`);

describe('which part of which segment is used', () => {
  it.each<[string, Segment[], string[]]>([
    [
      'all of each, where none overlaps',
      [segment(0, 4), segment(4, 8), segment(9, 12)],
      ['0-4: 0-4', '4-8: 4-8', '9-12: 9-10'],
    ],
    ['one that begins within another cuts that', [segment(0, 4), segment(3, 7)], ['0-4: 0-3', '3-7: 3-7']],
    ['one that is within another is not used', [segment(0, 8), segment(2, 6), segment(8, 9)], ['0-8: 0-8', '8-9: 8-9']],
    ['of two that begin at once the longer', [segment(0, 4), segment(0, 6)], ['0-6: 0-6']],
    ['what is beyond the end is cut', [segment(8, 12), segment(12, 16)], ['8-12: 8-10']],
  ])('%s', (_, all, expected) => {
    expect(short(piecesOf(all, 10))).toEqual(expected);
  });

  it('takes nothing of what another has', () => {
    const pieces = piecesOf([segment(0, 4), segment(4, 8), segment(8, 12)], 20);
    expect(short(piecesOutside(pieces, [{ fromMs: 6, untilMs: 20 }]))).toEqual(['0-4: 0-4', '4-8: 4-6']);
  });

  it('covers all that the segments cover, nothing twice, each from its start', () => {
    const any = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (spans) => {
        const all = spans.map(([from, length]) => segment(from, from + length));
        const pieces = piecesOf(all, 50);
        const covered = coveredBy(all).map(({ fromMs, untilMs }) => ({ fromMs, untilMs: Math.min(untilMs, 50) }));
        const used = union(pieces.map(({ fromMs, untilMs }) => ({ fromMs, untilMs })));
        expect(used).toEqual(union(covered.filter((one) => lengthOf(one) > 0)));
        for (const [index, piece] of pieces.entries()) {
          expect(piece.fromMs).toBe(piece.segment.startMs);
          expect(piece.untilMs).toBeLessThanOrEqual(pieces[index + 1]?.fromMs ?? Infinity);
        }
      }),
    );
  });
});
