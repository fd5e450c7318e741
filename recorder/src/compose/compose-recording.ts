/**
 * From what was recorded to what people watch. It can be ended at any time and begun again by another pod: what was made is in the
 * store under compose/, what is finished under outputs/, and result.json says that nothing is left to do.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chaptersOf } from '../core/compose/chapters.js';
import { missingOf } from '../core/compose/missing.js';
import { progressOf, type Step } from '../core/compose/progress.js';
import type { Layout, Manifest, OutputKind } from '../format/recording.js';
import { composedSchema, resultKey, type Composed, type ComposedOutput } from '../format/result.js';
import type { RecordingStore } from '../store/recording-store.js';
import { segmentsPrefix } from '../store/storage-keys.js';
import { checkResult } from './check-result.js';
import { ComposeError } from './compose-error.js';
import { composePicture } from './compose-picture.js';
import { composeSound } from './compose-sound.js';
import { createFfmpeg } from './ffmpeg.js';
import { makeHls, makeMp4, makePoster, makeThumbnails } from './outputs.js';
import { publish } from './publish.js';
import { openResults, resultsPrefix } from './results.js';
import { openSegmentFiles } from './segment-files.js';
import { publishTracks } from './tracks.js';
import type { Workshop } from './workshop.js';

export interface ComposeSettings {
  readonly layout: Layout;
  readonly outputs: readonly OutputKind[];
  /** Whether the segments stay in the store. */
  readonly keepSegments: boolean;
  /** Of one ffmpeg: as many as the pod has processors. */
  readonly threads: number;
  /** A TrueType font for names; without characters that mean something in a filter graph. */
  readonly font: string;
  /** Of segments that are kept on the disk in case they are needed again. */
  readonly cacheBytes: number;
}

export interface ComposeOptions {
  readonly store: RecordingStore;
  readonly manifest: Manifest;
  readonly settings: ComposeSettings;
  /** Must have room for twice the finished file, beside the cache. What is in its folder `compose` is removed. */
  readonly workDir: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ComposeProgress) => void;
}

export interface ComposeProgress {
  readonly phase: 'Composing' | 'Checking';
  /** From 0 to 99; 100 is that it returned. */
  readonly percent: number;
}

/** @throws ComposeError, StoreError, or the signal's reason; what was made so far stays in the store. */
export async function composeRecording(options: ComposeOptions): Promise<Composed> {
  const { store, settings, signal } = options;
  const composed = (await readResult(store, signal)) ?? (await compose(options));
  const left = [resultsPrefix, ...(settings.keepSegments ? [] : [segmentsPrefix])];
  for (const prefix of left) {
    const objects = await store.list(prefix, signal);
    await store.delete(
      objects.map(({ key }) => key),
      signal,
    );
  }
  return composed;
}

async function compose({ store, manifest, settings, workDir, signal, onProgress }: ComposeOptions): Promise<Composed> {
  const folder = join(workDir, 'compose');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const ffmpeg = createFfmpeg();
  const { cacheBytes, font, threads } = settings;
  const files = { store, ffmpeg, segments: manifest.segments, folder: join(folder, 'segments'), cacheBytes };
  const segments = await openSegmentFiles(files, signal);
  if (manifest.endMs === 0 || manifest.segments.every(({ key }) => segments.broken.has(key)))
    throw new ComposeError('NothingRecorded', 'no segment of any track is there');
  const results = await openResults(store, join(folder, 'results'), signal);
  const workshop: Workshop = { manifest, store, ffmpeg, segments, results, folder, font, threads, signal };
  const wanted = stepsFor(settings.outputs);
  const onDone = (step: Step) => (share: number) =>
    onProgress({ phase: step === 'Check' ? 'Checking' : 'Composing', percent: progressOf(wanted, step, share) });
  try {
    const outputs = await makeOutputs(workshop, settings, onDone);
    const missing = missingOf(manifest, segments.broken);
    const path = join(folder, 'timeline.json');
    const { recording, endMs, endReason, events } = manifest;
    const timeline = { recording, endMs, endReason, events, chapters: chaptersOf(manifest), missing };
    await writeFile(path, JSON.stringify(timeline));
    const written = await publish(workshop, {
      kind: 'Timeline',
      key: 'outputs/timeline.json',
      path,
      durationMs: endMs,
    });
    const composed = { durationMs: endMs, outputs: [...outputs, written], missing };
    await store.putBytes(resultKey, Buffer.from(JSON.stringify(composed)), { contentType: 'application/json', signal });
    return composed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All that is made of the whole is made and checked before the first of it is published. */
async function makeOutputs(
  workshop: Workshop,
  { outputs, layout }: ComposeSettings,
  onDone: (step: Step) => (share: number) => void,
): Promise<ComposedOutput[]> {
  const published: ComposedOutput[] = [];
  if (needsSound(outputs)) {
    const scenes = needsPicture(outputs) ? await composePicture(workshop, layout, onDone('Picture')) : undefined;
    const sound = await composeSound(workshop, onDone('Sound'));
    const film = scenes === undefined ? undefined : await makeMp4(workshop, scenes, sound);
    const expected = { durationMs: workshop.manifest.endMs, video: film !== undefined };
    const durationMs = await checkResult(workshop, film ?? sound, expected, onDone('Check'));
    if (film !== undefined) published.push(...(await publishFilm(workshop, film, outputs, durationMs)));
    if (outputs.includes('Audio'))
      published.push(await publish(workshop, { kind: 'Audio', key: 'outputs/audio.m4a', path: sound, durationMs }));
    onDone('Publish')(1);
  }
  if (outputs.includes('Tracks')) published.push(...(await publishTracks(workshop, onDone('Tracks'))));
  return published;
}

async function publishFilm(
  workshop: Workshop,
  film: string,
  outputs: readonly OutputKind[],
  durationMs: number,
): Promise<ComposedOutput[]> {
  const { folder } = workshop;
  const hls = outputs.includes('HLS') ? await makeHls(workshop, film) : [];
  const poster = await makePoster(workshop, film);
  const thumbnails = await makeThumbnails(workshop, film);
  const listed = (kind: 'HLS' | 'Thumbnails', at: string, names: readonly string[]): Promise<ComposedOutput>[] => {
    const [first, ...rest] = names;
    if (first === undefined) return [];
    const others = new Map(rest.map((name) => [`outputs/${at}/${name}`, join(folder, at, name)]));
    return [
      publish(workshop, { kind, key: `outputs/${at}/${first}`, path: join(folder, at, first), durationMs, others }),
    ];
  };
  const mp4 = { kind: 'MP4' as const, key: 'outputs/recording.mp4', path: film, durationMs };
  return [
    ...(outputs.includes('MP4') ? [await publish(workshop, mp4)] : []),
    ...(await Promise.all(listed('HLS', 'hls', hls))),
    await publish(workshop, { kind: 'Poster', key: 'outputs/poster.jpg', path: poster, durationMs: 0 }),
    ...(await Promise.all(listed('Thumbnails', 'thumbnails', thumbnails))),
  ];
}

function needsPicture(outputs: readonly OutputKind[]): boolean {
  return outputs.includes('MP4') || outputs.includes('HLS');
}

function needsSound(outputs: readonly OutputKind[]): boolean {
  return needsPicture(outputs) || outputs.includes('Audio');
}

function stepsFor(outputs: readonly OutputKind[]): Step[] {
  return [
    ...(needsPicture(outputs) ? (['Picture'] as const) : []),
    ...(needsSound(outputs) ? (['Sound', 'Check', 'Publish'] as const) : []),
    ...(outputs.includes('Tracks') ? (['Tracks'] as const) : []),
  ];
}

async function readResult(store: RecordingStore, signal: AbortSignal): Promise<Composed | undefined> {
  const bytes = await store.getBytes(resultKey, signal);
  return bytes === undefined ? undefined : composedSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
}
