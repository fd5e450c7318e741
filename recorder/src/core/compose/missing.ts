/** What a result lacks: the same as findGaps says of a recording, and what of the stored segments turned out to be of no use. */
import type { Gap, Manifest } from '../../format/recording.js';
import { findGaps } from '../gaps/gaps.js';
import { minus, union } from '../gaps/spans.js';
import { byTrack, coveredBy } from './coverage.js';

/** @param broken keys of segments that are listed and cannot be used. */
export function missingOf(manifest: Manifest, broken: ReadonlySet<string>): Gap[] {
  const usable = manifest.segments.filter(({ key }) => !broken.has(key));
  const unusable = manifest.segments.filter(({ key }) => broken.has(key));
  const covered = byTrack(usable);
  const lost = [...byTrack(unusable)].flatMap(([trackId, segments]) =>
    minus(coveredBy(segments), coveredBy(covered.get(trackId) ?? [])).map(({ fromMs, untilMs }): Gap => ({
      trackId,
      startMs: fromMs,
      durationMs: untilMs - fromMs,
      reason: 'UploadLost',
    })),
  );
  return findGaps({
    endMs: manifest.endMs,
    events: manifest.events,
    segments: usable,
    known: [...lost, ...manifest.gaps],
    running: union(manifest.runs),
  });
}
