/** Each track by itself, as it was sent: copied, with its pauses, on the recording's clock. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { piecesOf } from '../core/compose/coverage.js';
import { tracksOf } from '../core/compose/people.js';
import { concatInput } from '../core/compose/scene-command.js';
import { seconds, sourceListOf, type SourceList } from '../core/compose/source-list.js';
import type { ComposedOutput } from '../format/result.js';
import { publish } from './publish.js';
import { writeList, type Workshop } from './workshop.js';

/** One after the other, so that the disk holds one at a time. */
export async function publishTracks(workshop: Workshop, onDone: (share: number) => void): Promise<ComposedOutput[]> {
  const { manifest, folder, ffmpeg, signal } = workshop;
  const tracks = tracksOf(manifest);
  const published: ComposedOutput[] = [];
  for (const [index, { trackId, source, codec }] of tracks.entries()) {
    const media = await fetchTrack(workshop, trackId);
    if (media !== undefined) {
      const name = `${source}-${encodeURIComponent(trackId)}.${codec === 'h264' ? 'mkv' : 'webm'}`;
      const path = join(folder, `track.${codec === 'h264' ? 'mkv' : 'webm'}`);
      const list = await writeList(workshop, 'track.ffconcat', media);
      const at = ['-itsoffset', seconds(media.offsetMs), ...concatInput(list)];
      await ffmpeg.run([...at, '-map', '0', '-c', 'copy', path], { cwd: folder, signal });
      const { durationMs } = await ffmpeg.probe(path, signal);
      published.push(await publish(workshop, { kind: 'Track', key: `outputs/tracks/${name}`, path, durationMs }));
      await rm(path, { force: true });
    }
    onDone((index + 1) / tracks.length);
  }
  return published;
}

/** Undefined: there is nothing of it. */
async function fetchTrack({ manifest, segments, signal }: Workshop, trackId: string): Promise<SourceList | undefined> {
  for (;;) {
    const usable = manifest.segments.filter(
      (segment) => segment.trackId === trackId && !segments.broken.has(segment.key),
    );
    const media = sourceListOf(piecesOf(usable, manifest.endMs), { fromMs: 0, untilMs: manifest.endMs });
    if (media === undefined) return undefined;
    const keys = media.entries.map(({ key }) => key);
    if (await segments.fetch(keys, signal)) return media;
  }
}
