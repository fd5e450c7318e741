import { randomUUID } from 'node:crypto';
import { StoreError, type RecordingStore } from './recording-store.js';
import { checkPrefix } from './storage-keys.js';

/** Writes a small object, reads it, and deletes it: what can't do that can't keep a recording. @throws StoreError */
export async function checkStore(store: RecordingStore, signal?: AbortSignal): Promise<void> {
  const key = `${checkPrefix}${randomUUID()}`;
  const written = new TextEncoder().encode(key);
  await store.putBytes(key, written, signal === undefined ? {} : { signal });
  const read = await store.getBytes(key, signal);
  await store.delete([key], signal);
  if (read === undefined || !Buffer.from(written).equals(read))
    throw new StoreError('Refused', 'what was written is not what is read');
}
