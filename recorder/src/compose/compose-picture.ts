import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { msOfFrame } from '../core/compose/canvas.js';
import { feedsOf } from '../core/compose/feeds.js';
import { buildSceneCommand, listName } from '../core/compose/scene-command.js';
import { recipeOf, segmentsOf, type SceneRecipe } from '../core/compose/scene-recipe.js';
import { scenesOf } from '../core/compose/scenes.js';
import type { Layout } from '../format/recording.js';
import { writeList, type OnDone, type Workshop } from './workshop.js';

/** @returns the scenes' files in their order, without sound. */
export async function composePicture(workshop: Workshop, layout: Layout, onDone: OnDone): Promise<readonly string[]> {
  for (;;) {
    const files = await makeScenes(workshop, planned(workshop, layout), onDone);
    if (files !== undefined) return files;
  }
}

/** Without what is broken, as far as that is known. */
function planned({ manifest, segments }: Workshop, layout: Layout): SceneRecipe[] {
  const feeds = feedsOf(manifest, segments.broken);
  return scenesOf(manifest, feeds, layout).map((scene) => recipeOf(scene, feeds, manifest.recording.title));
}

/** Undefined: a segment turned out to be broken, so there are other scenes to be made; those that stay the same are made already. */
async function makeScenes(
  workshop: Workshop,
  recipes: readonly SceneRecipe[],
  onDone: OnDone,
): Promise<readonly string[] | undefined> {
  const total = recipes.reduce((sum, { frames }) => sum + frames, 0);
  const files: string[] = [];
  let done = 0;
  for (const recipe of recipes) {
    const onFrames = (frames: number): void => onDone((done + Math.min(frames, recipe.frames)) / total);
    const file = await workshop.results.take(recipe, 'mp4', (path) => makeScene(workshop, recipe, path, onFrames));
    if (file === undefined) return undefined;
    files.push(file);
    done += recipe.frames;
    onFrames(0);
  }
  return files;
}

async function makeScene(
  workshop: Workshop,
  recipe: SceneRecipe,
  path: string,
  onFrames: (frames: number) => void,
): Promise<boolean> {
  const { segments, folder, font, threads, ffmpeg, signal } = workshop;
  if (!(await segments.fetch(segmentsOf(recipe), signal))) return false;
  for (const [tile, { picture }] of recipe.tiles.entries()) {
    if (picture.kind === 'Video') await writeList(workshop, listName(tile), picture.source);
  }
  const { args, texts } = buildSceneCommand(recipe, { font, threads, output: relative(folder, path) });
  for (const [name, text] of texts) await writeFile(join(folder, name), text);
  await ffmpeg.run(args, { cwd: folder, signal, onProgress: (ms) => onFrames(ms / msOfFrame(1)) });
  return true;
}
