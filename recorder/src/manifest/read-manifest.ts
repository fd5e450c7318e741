/** What earlier pods of the job have stored. */
import type { z } from 'zod';
import {
  endedSchema,
  manifestPartSchema,
  recordingSchema,
  type Ended,
  type ManifestPart,
  type Recording,
} from '../format/recording.js';
import { StoreError, type RecordingStore } from '../store/recording-store.js';
import {
  endedKey,
  manifestPrefix,
  parseManifestPartKey,
  parseSegmentKey,
  recordingKey,
  segmentsPrefix,
} from '../store/storage-keys.js';

export interface Stored {
  readonly recording: Recording | undefined;
  readonly ended: Ended | undefined;
  readonly parts: readonly ManifestPart[];
}

const atOnce = 8;

/** @throws StoreError, also for what is no manifest of this version. */
export async function readManifest(store: RecordingStore, signal: AbortSignal): Promise<Stored> {
  const recording = await read(store, recordingKey, recordingSchema, signal);
  if (recording === undefined) return { recording, ended: undefined, parts: [] };
  const ended = await read(store, endedKey, endedSchema, signal);
  const objects = await store.list(manifestPrefix, signal);
  const keys = objects.map(({ key }) => key).filter((key) => parseManifestPartKey(key) !== undefined);
  const parts: ManifestPart[] = [];
  for (let first = 0; first < keys.length; first += atOnce) {
    const some = keys.slice(first, first + atOnce);
    const found = await Promise.all(some.map((key) => read(store, key, manifestPartSchema, signal)));
    parts.push(...found.filter((part) => part !== undefined));
  }
  const unlisted = await readUnlisted(store, parts, signal);
  return { recording, ended, parts: [...unlisted, ...parts].toSorted((a, b) => a.fromMs - b.fromMs) };
}

/** Segments that a pod stored when it had no time left to write so: their names say what they are. */
async function readUnlisted(
  store: RecordingStore,
  parts: readonly ManifestPart[],
  signal: AbortSignal,
): Promise<ManifestPart[]> {
  const listed = new Set(parts.flatMap(({ segments }) => segments.map(({ key }) => key)));
  const objects = await store.list(segmentsPrefix, signal);
  return objects.flatMap(({ key, bytes }) => {
    const name = listed.has(key) ? undefined : parseSegmentKey(key);
    if (name === undefined) return [];
    const { recorder, trackId, startMs, durationMs } = name;
    const segment = { trackId, startMs, durationMs, bytes, key };
    return { recorder, fromMs: startMs, untilMs: startMs + durationMs, segments: [segment], events: [], gaps: [] };
  });
}

async function read<S extends z.ZodType>(
  store: RecordingStore,
  key: string,
  schema: S,
  signal: AbortSignal,
): Promise<z.output<S> | undefined> {
  const bytes = await store.getBytes(key, signal);
  if (bytes === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (error) {
    throw new StoreError('Invalid', `${key} is not what this version writes`, error);
  }
}
