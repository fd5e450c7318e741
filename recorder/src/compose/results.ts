/** What composing has made so far, by what it is made of: a pod that begins again takes what another has made. */
import { createHash } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingStore } from '../store/recording-store.js';

export const resultsPrefix = 'compose/';

export interface Results {
  /**
   * @param make writes it into the file; false: it can't be made of this, plan again.
   * @returns the file's path; undefined: `make` said false.
   */
  take(recipe: unknown, extension: string, make: (path: string) => Promise<boolean>): Promise<string | undefined>;
}

export async function openResults(store: RecordingStore, folder: string, signal: AbortSignal): Promise<Results> {
  await mkdir(folder, { recursive: true });
  const stored = new Set((await store.list(resultsPrefix, signal)).map(({ key }) => key));
  const local = new Map<string, string>();
  return {
    async take(recipe, extension, make) {
      const name = `${createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 40)}.${extension}`;
      const known = local.get(name);
      if (known !== undefined) return known;
      const key = `${resultsPrefix}${name}`;
      const part = join(folder, `part.${extension}`);
      if (!stored.has(key) || !(await store.getFile(key, part, signal))) {
        if (!(await make(part))) return undefined;
        await store.putFile(key, part, { signal });
      }
      const path = join(folder, name);
      await rename(part, path);
      local.set(name, path);
      return path;
    },
  };
}
