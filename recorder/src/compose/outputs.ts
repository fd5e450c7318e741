/** The finished files, made of the scenes and the sound by copying. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chaptersOf, renderChapters } from '../core/compose/chapters.js';
import { seconds } from '../core/compose/source-list.js';
import { writeSequence, type Workshop } from './workshop.js';

/** The picture with its sound and chapters; it can be played while it is being downloaded. */
export async function makeMp4(workshop: Workshop, scenes: readonly string[], sound: string): Promise<string> {
  const { folder, manifest, ffmpeg, signal } = workshop;
  await writeFile(join(folder, 'chapters.txt'), renderChapters(chaptersOf(manifest), manifest.recording.title));
  const list = await writeSequence(folder, 'scenes.ffconcat', scenes);
  const inputs = ['-f', 'concat', '-safe', '0', '-i', list, '-i', sound, '-i', 'chapters.txt'];
  const maps = ['-map', '0:v', '-map', '1:a', '-map_metadata', '2', '-map_chapters', '2', '-c', 'copy'];
  await ffmpeg.run([...inputs, ...maps, '-movflags', '+faststart', 'recording.mp4'], { cwd: folder, signal });
  return join(folder, 'recording.mp4');
}

/** @returns the files' names in the folder `hls`; the playlist is the first. */
export async function makeHls({ folder, ffmpeg, signal }: Workshop, mp4: string): Promise<string[]> {
  const cwd = join(folder, 'hls');
  await mkdir(cwd, { recursive: true });
  const playlist = ['-f', 'hls', '-hls_time', '4', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'];
  const names = ['-hls_fmp4_init_filename', 'init.mp4', '-hls_segment_filename', '%05d.m4s', 'index.m3u8'];
  await ffmpeg.run(['-i', mp4, '-map', '0:v', '-map', '0:a', '-c', 'copy', ...playlist, ...names], { cwd, signal });
  const others = (await readdir(cwd)).filter((name) => name !== 'index.m3u8').toSorted();
  return ['index.m3u8', ...others];
}

/** One large picture, of early on but not of the very first moment. */
export async function makePoster({ folder, manifest, ffmpeg, signal }: Workshop, mp4: string): Promise<string> {
  const at = seconds(Math.min(manifest.endMs * 0.1, 60_000));
  await ffmpeg.run(['-ss', at, '-i', mp4, '-frames:v', '1', '-q:v', '3', '-update', '1', 'poster.jpg'], {
    cwd: folder,
    signal,
  });
  return join(folder, 'poster.jpg');
}

const maxThumbnails = 100;
const thumbnailEveryMs = 10_000;

/** Small pictures at equal distances. @returns the names in the folder `thumbnails`; a WebVTT file that says which is of when is the first. */
export async function makeThumbnails({ folder, manifest, ffmpeg, signal }: Workshop, mp4: string): Promise<string[]> {
  const cwd = join(folder, 'thumbnails');
  await mkdir(cwd, { recursive: true });
  const everyMs = Math.max(thumbnailEveryMs, Math.ceil(manifest.endMs / maxThumbnails));
  const filter = `fps=1/${seconds(everyMs)}:round=up:start_time=0,scale=320:-2`;
  // Key frames alone are decoded; there is one in four seconds.
  const args = ['-skip_frame', 'nokey', '-i', mp4, '-vf', filter, '-q:v', '5', '-start_number', '0', '%05d.jpg'];
  await ffmpeg.run(args, { cwd, signal });
  const pictures = (await readdir(cwd)).filter((name) => name.endsWith('.jpg')).toSorted();
  const cues = pictures.map((name, index) => {
    const endMs = Math.min((index + 1) * everyMs, manifest.endMs);
    return `${clock(index * everyMs)} --> ${clock(endMs)}\n${name}\n`;
  });
  await writeFile(join(cwd, 'thumbnails.vtt'), ['WEBVTT\n', ...cues].join('\n'));
  return ['thumbnails.vtt', ...pictures];
}

/** As WebVTT writes times. */
function clock(ms: number): string {
  const iso = new Date(ms % 3_600_000).toISOString().slice(14, 23);
  return `${String(Math.floor(ms / 3_600_000)).padStart(2, '0')}:${iso}`;
}
