/** Names of what a recording stores, below the job's prefix. */

export const recordingKey = 'recording.json';
export const endedKey = 'manifest/ended.json';
export const segmentsPrefix = 'segments/';
export const manifestPrefix = 'manifest/';
export const checkPrefix = 'check/';

export interface SegmentName {
  readonly recorder: string;
  readonly trackId: string;
  readonly startMs: number;
  readonly durationMs: number;
}

/** `segments/<recorder>/<track>/<start ms, 10 digits>-<duration ms>.mkv` */
export function segmentKey({ recorder, trackId, startMs, durationMs }: SegmentName): string {
  return `${segmentsPrefix}${recorder}/${encodeURIComponent(trackId)}/${tenDigits(startMs)}-${String(durationMs)}.mkv`;
}

/** Undefined: not a segment. */
export function parseSegmentKey(key: string): SegmentName | undefined {
  const [, recorder, track, startMs, durationMs] = /^segments\/([^/]+)\/([^/]+)\/(\d+)-(\d+)\.mkv$/.exec(key) ?? [];
  if (recorder === undefined || track === undefined) return undefined;
  return { recorder, trackId: decodeURIComponent(track), startMs: Number(startMs), durationMs: Number(durationMs) };
}

/** `manifest/<recorder>/<first ms, 10 digits>.json` */
export function manifestPartKey(recorder: string, fromMs: number): string {
  return `${manifestPrefix}${recorder}/${tenDigits(fromMs)}.json`;
}

/** Undefined: not a part of the manifest. */
export function parseManifestPartKey(key: string): { recorder: string; fromMs: number } | undefined {
  const match = /^manifest\/([^/]+)\/(\d{10,})\.json$/.exec(key);
  return match?.[1] === undefined ? undefined : { recorder: match[1], fromMs: Number(match[2]) };
}

function tenDigits(ms: number): string {
  return String(ms).padStart(10, '0');
}
