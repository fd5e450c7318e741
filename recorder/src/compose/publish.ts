/** Finished files, into the store. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ComposedOutput } from '../format/result.js';
import type { RecordingStore } from '../store/recording-store.js';

export interface FinishedFile extends Pick<ComposedOutput, 'kind' | 'key' | 'durationMs'> {
  readonly path: string;
  /** That belong to it, by their key. */
  readonly others?: ReadonlyMap<string, string>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4a': 'audio/mp4',
  '.m4s': 'video/iso.segment',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.webm': 'video/webm',
  '.mkv': 'video/x-matroska',
  '.jpg': 'image/jpeg',
  '.vtt': 'text/vtt',
  '.json': 'application/json',
};

/** The file that names the others comes last, so it names nothing that isn't there. */
export async function publish(
  { store, signal }: { readonly store: RecordingStore; readonly signal: AbortSignal },
  { kind, key, durationMs, path, others = new Map() }: FinishedFile,
): Promise<ComposedOutput> {
  let bytes = 0;
  for (const [fileKey, file] of [...others, [key, path] as const]) {
    const contentType = contentTypes[extname(fileKey)] ?? 'application/octet-stream';
    await store.putFile(fileKey, file, { contentType, signal });
    bytes += (await stat(file)).size;
  }
  return { kind, key, bytes, durationMs, sha256: await sha256Of(path, signal) };
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}
