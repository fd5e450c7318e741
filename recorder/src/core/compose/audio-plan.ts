/**
 * The sound: windows of some minutes, each mixed by itself to an exact number of samples, so that a long recording needs no more
 * memory or open files than a short one, and an interruption costs one window. Each voice has one gain for the whole recording.
 */
import type { Span } from '../gaps/spans.js';
import { samplesPerSecond } from './canvas.js';
import { sameSource, type Feed } from './feeds.js';
import { sourceListOf, type SourceList } from './source-list.js';

const recipeVersion = 1;
export const windowMs = 300_000;
/** Inputs of one process; a window with more is mixed in groups first. */
export const maxInputs = 24;
/** What is measured of a voice: so many segments, spread over all that it said. */
const measuredSegments = 120;
/** Of each voice, as EBU R 128 measures it. */
const targetLufs = -18;
/** Quieter than any voice: there is nothing to level. */
const silentLufs = -55;

/** What one person sends from one source, in however many tracks. */
export interface Voice {
  /** Its first track's. */
  readonly id: string;
  readonly feeds: readonly Feed[];
}

export interface AudioWindow {
  readonly span: Span;
  readonly inputs: readonly { readonly voice: string; readonly source: SourceList }[];
}

export interface MixRecipe {
  readonly version: number;
  readonly samples: number;
  readonly inputs: readonly { readonly gainDb: number; readonly source: SourceList }[];
}

export function voicesOf(feeds: readonly Feed[]): Voice[] {
  const sounding = feeds.filter(({ source, pieces }) => isSound(source) && pieces.length > 0);
  return sameSource(sounding).map((own) => ({ id: own[0]?.trackId ?? '', feeds: own }));
}

/** They follow each other without a gap, and end with the recording. */
export function windowsOf(voices: readonly Voice[], endMs: number): AudioWindow[] {
  const windows: AudioWindow[] = [];
  for (let fromMs = 0; fromMs < endMs; fromMs += windowMs) {
    const span = { fromMs, untilMs: Math.min(fromMs + windowMs, endMs) };
    const inputs = voices.flatMap(({ id, feeds }) =>
      feeds.flatMap(({ pieces }) => {
        const source = sourceListOf(pieces, span);
        return source === undefined ? [] : [{ voice: id, source }];
      }),
    );
    windows.push({ span, inputs });
  }
  return windows;
}

export function mixRecipe({ span, inputs }: AudioWindow, gains: ReadonlyMap<string, number>): MixRecipe {
  return {
    version: recipeVersion,
    samples: ((span.untilMs - span.fromMs) * samplesPerSecond) / 1000,
    inputs: inputs.map(({ voice, source }) => ({ gainDb: gains.get(voice) ?? 0, source })),
  };
}

/** What to measure a voice by: one after the other, without the pauses between them. */
export function sampleOf({ feeds }: Voice): SourceList {
  const pieces = feeds.flatMap((feed) => feed.pieces).toSorted((a, b) => a.fromMs - b.fromMs);
  const step = Math.max(1, pieces.length / measuredSegments);
  const chosen = Array.from({ length: Math.min(pieces.length, measuredSegments) }, (_, index) => {
    return pieces[Math.floor(index * step)];
  });
  let startMs = 0;
  const entries = chosen.flatMap((piece) => {
    if (piece === undefined) return [];
    const entry = { key: piece.segment.key, startMs };
    startMs += piece.segment.durationMs;
    return [entry];
  });
  return { offsetMs: 0, entries };
}

/** In whole tenths, so that a hardly different measurement makes the same mix. */
export function gainFor(lufs: number): number {
  if (lufs < silentLufs) return 0;
  const gain = Math.min(18, Math.max(-12, targetLufs - lufs));
  return Math.round(gain * 10) / 10;
}

function isSound(source: Feed['source']): boolean {
  return source === 'microphone' || source === 'screen-audio';
}
