/** One track's media for a scene or a window of the sound: which segments, each at its time. */
import type { Span } from '../gaps/spans.js';
import type { Piece } from './coverage.js';

export interface SourceList {
  /** Of the first piece, from the beginning of the scene or window; negative where it begins before. */
  readonly offsetMs: number;
  readonly entries: readonly SourceEntry[];
}

export interface SourceEntry {
  /** Of the segment, in the store. */
  readonly key: string;
  /** From the beginning of the first piece. */
  readonly startMs: number;
  /** After how much of the segment another is used; undefined: it is used to its end. */
  readonly cutAfterMs?: number;
}

/** Less overlap than a frame's or packet's length is none: a segment's length is rounded. */
const roundedMs = 40;

/** Undefined where there is nothing in the span. */
export function sourceListOf(pieces: readonly Piece[], span: Span): SourceList | undefined {
  const used = pieces.filter(({ fromMs, untilMs }) => untilMs > span.fromMs && fromMs < span.untilMs);
  const first = used[0];
  if (first === undefined) return undefined;
  const entries = used.map(({ segment, fromMs, untilMs }): SourceEntry => {
    const entry = { key: segment.key, startMs: fromMs - first.fromMs };
    const isCut = fromMs + segment.durationMs - untilMs > roundedMs && untilMs < span.untilMs;
    return isCut ? { ...entry, cutAfterMs: untilMs - fromMs } : entry;
  });
  return { offsetMs: first.fromMs - span.fromMs, entries };
}

export interface SegmentFile {
  /** Relative to the list's folder; of letters, digits, dots, slashes and hyphens. */
  readonly path: string;
  /** The file's own first timestamp: needed where the entry is cut. */
  readonly firstMs?: number;
}

/** What ffmpeg's concat demuxer reads: each file at its time, whatever its own timestamps begin with. */
export function concatListOf(entries: readonly SourceEntry[], fileOf: (key: string) => SegmentFile): string {
  const lines = entries.flatMap(({ key, startMs, cutAfterMs }, index) => {
    const { path, firstMs = 0 } = fileOf(key);
    const next = entries[index + 1];
    return [
      `file '${path}'`,
      ...(cutAfterMs === undefined ? [] : [`outpoint ${seconds(firstMs + cutAfterMs)}`]),
      ...(next === undefined ? [] : [`duration ${seconds(next.startMs - startMs)}`]),
    ];
  });
  return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

/** As ffmpeg reads times. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}
