/** What every step of composing works with. */
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { concatListOf, type SourceList } from '../core/compose/source-list.js';
import type { Manifest } from '../format/recording.js';
import type { RecordingStore } from '../store/recording-store.js';
import type { Ffmpeg } from './ffmpeg.js';
import type { Results } from './results.js';
import type { SegmentFiles } from './segment-files.js';

export interface Workshop {
  readonly manifest: Manifest;
  readonly store: RecordingStore;
  readonly ffmpeg: Ffmpeg;
  readonly segments: SegmentFiles;
  readonly results: Results;
  /** In which everything is made; programs run in it. */
  readonly folder: string;
  /** A TrueType font for names. */
  readonly font: string;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Told how much of a step is done, from 0 to 1. */
export type OnDone = (share: number) => void;

/** Of segments that were just fetched. @returns its name in the folder. */
export async function writeList(workshop: Workshop, name: string, { entries }: SourceList): Promise<string> {
  const { segments, folder, signal } = workshop;
  const firstMs = new Map<string, number>();
  for (const { key, cutAfterMs } of entries) {
    if (cutAfterMs !== undefined) firstMs.set(key, await segments.firstMsOf(key, signal));
  }
  const list = concatListOf(entries, (key) => ({
    path: relative(folder, segments.pathOf(key)),
    firstMs: firstMs.get(key) ?? 0,
  }));
  await writeFile(join(folder, name), list);
  return name;
}

/** Whole files one after the other. @returns the list's name in the folder. */
export async function writeSequence(folder: string, name: string, paths: readonly string[]): Promise<string> {
  const lines = paths.map((path) => `file '${relative(folder, path)}'`);
  await writeFile(join(folder, name), ['ffconcat version 1.0', ...lines, ''].join('\n'));
  return name;
}
