/** A recording in a folder, such as a mounted volume. What is half written has another name until it is whole. */
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { randomUUID } from 'node:crypto';
import { StoreError, type RecordingStore, type StoredObject, type StoreErrorReason } from './recording-store.js';
import { checkStore } from './check-store.js';

const halfWritten = '.part-';

export interface DirectoryStoreOptions {
  /** Must be there: a volume that isn't mounted is no place for a recording. */
  readonly directory: string;
  /** Of the job, such as `default/abc-defg-hij/uid/`. */
  readonly prefix: string;
}

export function createDirectoryStore({ directory, prefix }: DirectoryStoreOptions): RecordingStore {
  const pathOf = (key: string): string => join(directory, prefix, key);

  async function write(
    key: string,
    fill: (path: string) => Promise<void>,
    place: typeof rename = rename,
  ): Promise<void> {
    const path = pathOf(key);
    const part = `${path}${halfWritten}${randomUUID()}`;
    try {
      await stat(directory);
      await mkdir(dirname(path), { recursive: true });
      await fill(part);
      const file = await open(part, 'r');
      await file.sync().finally(() => file.close());
      await place(part, path);
    } finally {
      await rm(part, { force: true });
    }
  }

  async function* walk(relative: string): AsyncGenerator<StoredObject> {
    const entries = await readdir(pathOf(relative), { withFileTypes: true }).catch(absentAs([]));
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const key = `${relative}${entry.name}`;
      if (entry.isDirectory()) yield* walk(`${key}/`);
      else if (!entry.name.includes(halfWritten)) yield { key, bytes: (await stat(pathOf(key))).size };
    }
  }

  async function list(keyPrefix: string): Promise<StoredObject[]> {
    const folder = keyPrefix.slice(0, keyPrefix.lastIndexOf('/') + 1);
    const found: StoredObject[] = [];
    for await (const object of walk(folder)) if (object.key.startsWith(keyPrefix)) found.push(object);
    return found;
  }

  async function removeFolder(folder: string): Promise<void> {
    // Only what is empty goes: the folders of the meeting and the namespace may hold other recordings.
    for (let path = folder; path.startsWith(join(directory, '/')); path = dirname(path)) {
      try {
        await rmdir(path);
      } catch {
        return;
      }
    }
  }

  const store: RecordingStore = {
    check: (signal) => checkStore(store, signal),
    putFile: (key, path, options) =>
      mapped(() => write(key, (part) => pipeline(createReadStream(path), createWriteStream(part), signalOf(options)))),
    putBytes: (key, bytes) => mapped(() => write(key, (part) => writeWhole(part, bytes))),
    putNew: (key, bytes) =>
      mapped(async () => {
        try {
          // A link, unlike a new name, does not replace what is there.
          await write(key, (part) => writeWhole(part, bytes), link);
          return true;
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        }
      }),
    getBytes: (key) => mapped(() => readFile(pathOf(key)).catch(absentAs(undefined))),
    getFile: (key, path, signal) =>
      mapped(async () => {
        try {
          await pipeline(createReadStream(pathOf(key)), createWriteStream(path), signalOf({ signal }));
          return true;
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return false;
          throw error;
        }
      }),
    list: (keyPrefix) => mapped(() => list(keyPrefix)),
    delete: (keys) =>
      mapped(async () => {
        for (const key of keys) await rm(pathOf(key), { force: true });
        for (const folder of new Set(keys.map((key) => dirname(pathOf(key))))) await removeFolder(folder);
      }),
    deleteAll: () =>
      mapped(async () => {
        await stat(directory);
        const objects = await list('');
        await rm(pathOf(''), { recursive: true, force: true });
        await removeFolder(dirname(pathOf('')));
        return objects.length;
      }),
    locationOf: pathOf,
    close: () => undefined,
  };
  return store;
}

function signalOf(options: { readonly signal?: AbortSignal | undefined } | undefined): { signal?: AbortSignal } {
  return options?.signal === undefined ? {} : { signal: options.signal };
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

const reasons: Readonly<Record<string, StoreErrorReason>> = {
  ENOENT: 'NoSuchBucket',
  ENOTDIR: 'NoSuchBucket',
  EACCES: 'AccessDenied',
  EPERM: 'AccessDenied',
  EROFS: 'AccessDenied',
  ENOSPC: 'Full',
  EDQUOT: 'Full',
};

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StoreError(reasons[codeOf(error) ?? ''] ?? 'Refused', message, error);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function absentAs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return value;
    throw error;
  };
}
