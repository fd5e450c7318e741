/** Which part of which segment is used: of what two pods recorded at the same time, one. */
import type { Segment } from '../../format/recording.js';
import { union, type Span } from '../gaps/spans.js';

/** A segment from its start (it can be decoded only from there) until a time that may come before its own end. */
export interface Piece extends Span {
  readonly segment: Segment;
}

/**
 * Of one track's segments, in any order: together they cover all that the segments cover, and none overlaps another. Where two
 * overlap, the one that begins later follows the other, as its beginning is a key frame.
 */
export function piecesOf(segments: readonly Segment[], endMs: number): Piece[] {
  const pieces: Piece[] = [];
  const sorted = segments.toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
  for (const segment of sorted) {
    const fromMs = segment.startMs;
    const untilMs = Math.min(fromMs + segment.durationMs, endMs);
    const last = pieces.at(-1);
    if (untilMs <= fromMs || (last !== undefined && untilMs <= last.untilMs)) continue;
    if (last !== undefined && fromMs < last.untilMs) pieces[pieces.length - 1] = { ...last, untilMs: fromMs };
    pieces.push({ segment, fromMs, untilMs });
  }
  return pieces;
}

/** The same without what is in `taken`; a piece that begins in there is not used at all. */
export function piecesOutside(pieces: readonly Piece[], taken: readonly Span[]): Piece[] {
  return pieces.flatMap((piece) => {
    const next = taken.find(({ untilMs }) => untilMs > piece.fromMs);
    if (next === undefined || next.fromMs >= piece.untilMs) return [piece];
    return next.fromMs <= piece.fromMs ? [] : [{ ...piece, untilMs: next.fromMs }];
  });
}

export function byTrack(segments: readonly Segment[]): ReadonlyMap<string, readonly Segment[]> {
  return Map.groupBy(segments, ({ trackId }) => trackId);
}

export function coveredBy(segments: readonly Segment[]): Span[] {
  return union(segments.map(({ startMs, durationMs }) => ({ fromMs: startMs, untilMs: startMs + durationMs })));
}
