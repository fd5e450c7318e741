import type { RecordingSettings } from '../config.js';
import { createDirectoryStore } from './directory-store.js';
import type { RecordingStore } from './recording-store.js';
import { createS3Store } from './s3-store.js';

/** Where this job's recording is kept. */
export function openStore({ storage }: Pick<RecordingSettings, 'storage'>): RecordingStore {
  return 's3' in storage ? createS3Store(storage.s3) : createDirectoryStore(storage);
}
