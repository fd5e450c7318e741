/** Reads every frame that was decoded of a remote camera: when, and from what time code. */
import { noPictures, type PictureReport, type Span } from '@parley/e2e/probe/probe-contract.js';
import { codeShare, readTimeCode } from '@parley/e2e/probe/time-code.js';

interface Seen {
  readonly atMs: number;
  readonly sentMs: number | undefined;
  readonly cameraId: number | undefined;
}

const keptFrames = 20_000;
const reportedGapMs = 150;

export interface PictureWatch {
  /** A track that takes the place of an earlier one goes on in the same report. */
  add(track: MediaStreamTrack): void;
  report(sinceMs: number): PictureReport;
}

export function createPictureWatch(): PictureWatch {
  const seen: Seen[] = [];
  const size = { width: 0, height: 0 };
  const tracks = new Set<string>();

  const read = async (track: MediaStreamTrack): Promise<void> => {
    const reader = new MediaStreamTrackProcessor<VideoFrame>({ track, maxBufferSize: 3 }).readable.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const frame = next.value;
      const atMs = Date.now();
      Object.assign(size, { width: frame.codedWidth, height: frame.codedHeight });
      const code = await codeOf(frame, atMs).catch(() => undefined);
      frame.close();
      seen.push({ atMs, sentMs: code?.timeMs, cameraId: code?.cameraId });
      if (seen.length > keptFrames) seen.shift();
    }
  };

  return {
    add: (track) => {
      if (tracks.has(track.id)) return;
      tracks.add(track.id);
      void read(track).finally(() => tracks.delete(track.id));
    },
    report: (sinceMs) => ({
      ...reportOf(
        seen.filter(({ atMs }) => atMs >= sinceMs),
        sinceMs,
      ),
      ...size,
    }),
  };
}

async function codeOf(frame: VideoFrame, nowMs: number): Promise<ReturnType<typeof readTimeCode>> {
  const { codedWidth: width, codedHeight: height } = frame;
  const rect = { x: 0, y: 0, width: width & ~1, height: (Math.ceil(height * codeShare) + 1) & ~1 };
  const data = new Uint8Array(frame.allocationSize({ rect }));
  const [luma] = await frame.copyTo(data, { rect });
  if (luma === undefined) return undefined;
  return readTimeCode({ data: data.subarray(luma.offset), stride: luma.stride, width, height }, nowMs);
}

function reportOf(seen: readonly Seen[], sinceMs: number): PictureReport {
  const [first] = seen;
  const last = seen.at(-1);
  if (first === undefined || last === undefined) return noPictures;
  const nowMs = Date.now();
  const coded = seen.filter(({ sentMs }) => sentMs !== undefined);
  const times = [...(sinceMs > 0 ? [sinceMs] : []), ...seen.map(({ atMs }) => atMs), nowMs];
  const gaps = times.map((toMs, index) => ({ fromMs: times[index - 1] ?? toMs, toMs }));
  return {
    ...noPictures,
    frames: seen.length,
    coded: coded.length,
    cameraIds: [...new Set(coded.flatMap(({ cameraId }) => (cameraId === undefined ? [] : [cameraId])))],
    maxGapMs: Math.max(...gaps.map(({ fromMs, toMs }) => toMs - fromMs)),
    gaps: gaps.filter(({ fromMs, toMs }) => toMs - fromMs > reportedGapMs),
    sinceLastMs: nowMs - last.atMs,
    delay: spanOf(coded.map(({ atMs, sentMs }) => atMs - (sentMs ?? atMs))),
    firstAtMs: first.atMs,
    freshAtMs: coded.find(({ sentMs }) => sentMs !== undefined && sentMs > sinceMs)?.atMs ?? 0,
  };
}

function spanOf(values: readonly number[]): Span | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}
