/**
 * Segments that wait on the disk for their way into the store. Bounded in bytes: while it is full new media is left out, and what is there
 * is kept. Its folder outlives the process: what a killed one left is taken on by the next in the same pod.
 *   open/<track>/<number>-<zero of its times>/00000.mkv   being written
 *   ready/<key>                                           whole
 *   left/<when>/                                          what was open when an earlier process was killed
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Segment } from '../format/recording.js';
import { parseSegmentKey, segmentKey } from '../store/storage-keys.js';
import type { WrittenFile } from '../segments/segment-process.js';

export interface SpooledSegment {
  readonly segment: Segment;
  readonly path: string;
}

export interface Spool {
  readonly bytes: number;
  /** Until it is full; then again when a tenth is free. */
  readonly hasRoom: boolean;
  /** A new folder for a process to write into. */
  openFolder(trackId: string, baseMs: number): string;
  /** What a process has been given for the file that it writes. */
  writing(folder: string, bytes: number): void;
  /** Its process has ended, and its files are taken. */
  closeFolder(folder: string): Promise<void>;
  /** A whole file: under its key from now on. Undefined: it isn't there. */
  take(trackId: string, file: WrittenFile): Promise<SpooledSegment | undefined>;
  remove(spooled: SpooledSegment): Promise<void>;
}

export interface SpoolOptions {
  readonly directory: string;
  readonly recorder: string;
  readonly limitBytes: number;
  /** What is there already. */
  readonly leftBytes: number;
}

export function createSpool({ directory, recorder, limitBytes, leftBytes }: SpoolOptions): Spool {
  let readyBytes = leftBytes;
  const openBytes = new Map<string, number>();
  let folders = 0;
  let full = false;
  const used = (): number => readyBytes + [...openBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return {
    get bytes() {
      return used();
    },
    get hasRoom() {
      full = used() >= (full ? limitBytes * 0.9 : limitBytes);
      return !full;
    },
    openFolder(trackId, baseMs) {
      folders += 1;
      return join(openRoot(directory), encodeURIComponent(trackId), `${String(folders)}-${String(baseMs)}`);
    },
    writing(folder, bytes) {
      openBytes.set(folder, (openBytes.get(folder) ?? 0) + bytes);
    },
    async closeFolder(folder) {
      openBytes.delete(folder);
      await rm(folder, { recursive: true, force: true });
    },
    async take(trackId, { path, startMs, untilMs }) {
      const durationMs = Math.round(untilMs) - startMs;
      const key = segmentKey({ recorder, trackId, startMs, durationMs });
      const ready = join(readyRoot(directory), key);
      const size = await stat(path).then(
        ({ size: bytes }) => bytes,
        () => undefined,
      );
      if (size === undefined) return undefined;
      openBytes.set(dirname(path), 0);
      await mkdir(dirname(ready), { recursive: true });
      await rename(path, ready);
      readyBytes += size;
      return { segment: { trackId, startMs, durationMs, bytes: size, key }, path: ready };
    },
    async remove({ segment, path }) {
      await rm(path, { force: true });
      readyBytes = Math.max(0, readyBytes - segment.bytes);
    },
  };
}

function openRoot(directory: string): string {
  return join(directory, 'open');
}

/** Of what an earlier process left open: removed when it is taken on. */
export function leftRoot(directory: string): string {
  return join(directory, 'left');
}

function readyRoot(directory: string): string {
  return join(directory, 'ready');
}

export interface Leftovers {
  /** Whole, but not in the store, or not known to be. */
  readonly ready: readonly SpooledSegment[];
  /** Being written when the process was killed. */
  readonly open: readonly { readonly trackId: string; readonly baseMs: number; readonly path: string }[];
}

/** What earlier processes of this pod left; before anything new is written. @param nowMs since 1970. */
export async function findLeftovers(directory: string, nowMs: number): Promise<Leftovers> {
  await mkdir(leftRoot(directory), { recursive: true });
  await rename(openRoot(directory), join(leftRoot(directory), String(nowMs))).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
  const ready: SpooledSegment[] = [];
  for (const path of await files(readyRoot(directory))) {
    const key = relative(readyRoot(directory), path);
    const name = parseSegmentKey(key);
    if (name === undefined) continue;
    const { trackId, startMs, durationMs } = name;
    const { size: bytes } = await stat(path);
    ready.push({ segment: { trackId, startMs, durationMs, bytes, key }, path });
  }
  const open = (await files(leftRoot(directory))).map((path) => {
    const [, track = '', folder = ''] = relative(leftRoot(directory), path).split('/');
    return { trackId: decodeURIComponent(track), baseMs: Number(folder.split('-')[1]), path };
  });
  return { ready, open };
}

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.mkv'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
