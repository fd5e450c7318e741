import { writeFile, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  buildEncodeCommand,
  buildMeasureCommand,
  buildMixCommand,
  buildSumCommand,
  parseLoudness,
} from '../core/compose/audio-commands.js';
import {
  gainFor,
  maxInputs,
  mixRecipe,
  sampleOf,
  voicesOf,
  windowsOf,
  type MixRecipe,
  type Voice,
} from '../core/compose/audio-plan.js';
import { feedsOf } from '../core/compose/feeds.js';
import { writeList, writeSequence, type OnDone, type Workshop } from './workshop.js';

/** @returns the file of the whole sound. */
export async function composeSound(workshop: Workshop, onDone: OnDone): Promise<string> {
  const { manifest, segments, ffmpeg, folder, signal } = workshop;
  for (;;) {
    const voices = voicesOf(feedsOf(manifest, segments.broken));
    const gains = await measure(workshop, voices);
    const windows =
      gains === undefined ? undefined : windowsOf(voices, manifest.endMs).map((one) => mixRecipe(one, gains));
    const files = windows === undefined ? undefined : await mixAll(workshop, windows, (share) => onDone(share * 0.8));
    if (files === undefined) continue;
    const list = await writeSequence(folder, 'windows.ffconcat', files);
    const onProgress = (ms: number): void => onDone(0.8 + (0.2 * ms) / Math.max(1, manifest.endMs));
    await ffmpeg.run(buildEncodeCommand(list, 'audio.m4a'), { cwd: folder, signal, onProgress });
    return join(folder, 'audio.m4a');
  }
}

/** Each voice's gain; undefined: plan again. */
async function measure(workshop: Workshop, voices: readonly Voice[]): Promise<ReadonlyMap<string, number> | undefined> {
  const { segments, ffmpeg, folder, results, signal } = workshop;
  const gains = new Map<string, number>();
  for (const voice of voices) {
    const sample = sampleOf(voice);
    const file = await results.take({ loudnessOf: sample }, 'lufs', async (path) => {
      const keys = sample.entries.map(({ key }) => key);
      if (!(await segments.fetch(keys, signal))) return false;
      const list = await writeList(workshop, 'voice.ffconcat', sample);
      const printed = await ffmpeg.run(buildMeasureCommand(list), { cwd: folder, signal, level: 'info' });
      await writeFile(path, String(parseLoudness(printed) ?? ''));
      return true;
    });
    if (file === undefined) return undefined;
    const lufs = await readFile(file, 'utf8');
    gains.set(voice.id, lufs === '' ? 0 : gainFor(Number(lufs)));
  }
  return gains;
}

async function mixAll(
  workshop: Workshop,
  windows: readonly MixRecipe[],
  onDone: OnDone,
): Promise<readonly string[] | undefined> {
  const files: string[] = [];
  for (const recipe of windows) {
    const file = await workshop.results.take(recipe, 'flac', (path) => mixWindow(workshop, recipe, path));
    if (file === undefined) return undefined;
    files.push(file);
    onDone(files.length / windows.length);
  }
  return files;
}

/** More inputs than one process should have are mixed in groups first. */
async function mixWindow(workshop: Workshop, recipe: MixRecipe, path: string): Promise<boolean> {
  const { segments, ffmpeg, folder, signal } = workshop;
  const keys = recipe.inputs.flatMap(({ source }) => source.entries.map(({ key }) => key));
  if (!(await segments.fetch(keys, signal))) return false;
  const output = relative(folder, path);
  const mix = async (inputs: MixRecipe['inputs'], to: string): Promise<void> => {
    const listed = await Promise.all(
      inputs.map(async ({ gainDb, source }, index) => ({
        gainDb,
        offsetMs: source.offsetMs,
        list: await writeList(workshop, `voice-${String(index)}.ffconcat`, source),
      })),
    );
    await ffmpeg.run(buildMixCommand(listed, recipe.samples, to), { cwd: folder, signal });
  };
  if (recipe.inputs.length <= maxInputs) {
    await mix(recipe.inputs, output);
    return true;
  }
  let groups: string[] = [];
  for (let from = 0; from < recipe.inputs.length; from += maxInputs) {
    const group = `group-${String(groups.length)}.flac`;
    await mix(recipe.inputs.slice(from, from + maxInputs), group);
    groups = [...groups, group];
  }
  await ffmpeg.run(buildSumCommand(groups, output), { cwd: folder, signal });
  await Promise.all(groups.map((group) => rm(join(folder, group), { force: true })));
  return true;
}
