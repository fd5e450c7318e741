/**
 * Segments on the disk: downloaded when something needs them, checked, and removed when others need the room. What is missing, has
 * another size than its manifest says or can't be read is broken: it is left out, and what it held is a gap.
 */
import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Segment } from '../format/recording.js';
import type { RecordingStore } from '../store/recording-store.js';
import { segmentsPrefix } from '../store/storage-keys.js';
import { ComposeError } from './compose-error.js';
import type { Ffmpeg } from './ffmpeg.js';

export interface SegmentFiles {
  /** Keys of the segments that cannot be used, as far as is known. */
  readonly broken: ReadonlySet<string>;
  /** Has them on the disk until the next call. @returns false when some turned out to be broken: plan again. */
  fetch(keys: readonly string[], signal: AbortSignal): Promise<boolean>;
  /** Of one that was just fetched. */
  pathOf(key: string): string;
  firstMsOf(key: string, signal: AbortSignal): Promise<number>;
}

export interface SegmentFilesOptions {
  readonly store: RecordingStore;
  readonly ffmpeg: Ffmpeg;
  readonly segments: readonly Segment[];
  readonly folder: string;
  /** More than this is kept only where one call needs it. */
  readonly cacheBytes: number;
}

/** Inputs of one process that checks them. */
const checkedAtOnce = 24;
const downloadsAtOnce = 4;

export async function openSegmentFiles(options: SegmentFilesOptions, signal: AbortSignal): Promise<SegmentFiles> {
  const { store, ffmpeg, segments, folder, cacheBytes } = options;
  await mkdir(folder, { recursive: true });
  const stored = new Map((await store.list(segmentsPrefix, signal)).map(({ key, bytes }) => [key, bytes]));
  const bytesOf = new Map(segments.map(({ key, bytes }) => [key, bytes]));
  const broken = new Set(segments.filter(({ key, bytes }) => stored.get(key) !== bytes).map(({ key }) => key));
  /** Sound ones, the one used longest ago first. */
  const kept = new Set<string>();
  const firstMs = new Map<string, number>();
  const pathOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.mkv`);

  async function makeRoom(needed: ReadonlySet<string>): Promise<void> {
    const size = (keys: Iterable<string>): number => [...keys].reduce((sum, key) => sum + (bytesOf.get(key) ?? 0), 0);
    let total = size(new Set([...kept, ...needed]));
    for (const key of kept) {
      if (total <= cacheBytes) return;
      if (needed.has(key)) continue;
      await rm(pathOf(key), { force: true });
      kept.delete(key);
      total -= bytesOf.get(key) ?? 0;
    }
  }

  async function isReadable(keys: readonly string[]): Promise<boolean> {
    const inputs = keys.flatMap((key) => ['-i', pathOf(key)]);
    const maps = keys.flatMap((_, input) => ['-map', String(input)]);
    try {
      // Its packets are counted anew: that several stand at one time is no fault of a file.
      const read = ['-c', 'copy', '-bsf', 'setts=ts=N', '-f', 'null', '-'];
      return (await ffmpeg.run([...inputs, ...maps, ...read], { cwd: folder, signal })) === '';
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ComposeError) return false;
      throw error;
    }
  }

  async function check(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += checkedAtOnce) {
      const some = keys.slice(from, from + checkedAtOnce);
      if (await isReadable(some)) continue;
      for (const key of some) if (!(await isReadable([key]))) broken.add(key);
    }
  }

  async function download(keys: readonly string[]): Promise<void> {
    const queue = [...keys];
    const worker = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
        if (!(await store.getFile(key, pathOf(key), signal))) broken.add(key);
      }
    };
    await Promise.all(Array.from({ length: downloadsAtOnce }, worker));
  }

  return {
    broken,
    pathOf,
    async fetch(keys, callSignal) {
      callSignal.throwIfAborted();
      const needed = new Set(keys);
      const before = broken.size;
      await makeRoom(needed);
      const missing = [...needed].filter((key) => !kept.has(key) && !broken.has(key));
      await download(missing);
      await check(missing.filter((key) => !broken.has(key)));
      for (const key of needed) {
        kept.delete(key);
        if (broken.has(key)) await rm(pathOf(key), { force: true });
        else kept.add(key);
      }
      return broken.size === before;
    },
    async firstMsOf(key, callSignal) {
      const known = firstMs.get(key) ?? (await ffmpeg.firstMs(pathOf(key), callSignal));
      firstMs.set(key, known);
      return known;
    },
  };
}
