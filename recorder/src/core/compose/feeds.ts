/**
 * What can be shown and heard of the tracks. A person who comes again, or whose path changes make before break, has a new track of
 * the same source while the old one still sends: of such two the newer counts from when it has media.
 */
import type { Manifest } from '../../format/recording.js';
import { minus, union, within, type Span } from '../gaps/spans.js';
import { byTrack, coveredBy, piecesOf, piecesOutside, type Piece } from './coverage.js';
import { missingOf } from './missing.js';
import { tracksOf, type TrackLife } from './people.js';

/** A picture stands so long after its media, and the first one as long before. */
const stillMs = 250;

export interface Feed extends TrackLife {
  /** Where its media is; none overlaps another, nor a newer feed's of the same person and source. */
  readonly pieces: readonly Piece[];
  /** When its media is to be seen or heard; holes that nobody notices are within. */
  readonly live: readonly Span[];
  /** When it should be there and is not, nor another of the same person and source. */
  readonly lost: readonly Span[];
}

/** In the order in which the tracks started. @param broken keys of segments that cannot be used. */
export function feedsOf(manifest: Manifest, broken: ReadonlySet<string>): Feed[] {
  const tracks = tracksOf(manifest);
  const segments = byTrack(manifest.segments.filter(({ key }) => !broken.has(key)));
  const gaps = Map.groupBy(missingOf(manifest, broken), ({ trackId }) => trackId);
  const alone = tracks.map((track): Feed => {
    const lost = union((gaps.get(track.trackId) ?? []).map(spanOf));
    const own = segments.get(track.trackId) ?? [];
    const seen = union(coveredBy(own).map(widened));
    const live = minus(
      track.sending.flatMap((span) => within(seen, span)),
      lost,
    );
    return { ...track, pieces: piecesOf(own, manifest.endMs), live, lost };
  });
  const same = Map.groupBy(alone, ({ participantId, source }) => `${source} ${participantId}`);
  return alone.map((feed) => {
    const others = (same.get(`${feed.source} ${feed.participantId}`) ?? []).filter((other) => other !== feed);
    const newer = others.filter((other) => alone.indexOf(other) > alone.indexOf(feed));
    const covered = union(newer.flatMap(({ trackId }) => coveredBy(segments.get(trackId) ?? [])));
    return {
      ...feed,
      pieces: piecesOutside(feed.pieces, covered),
      live: minus(feed.live, covered),
      lost: minus(feed.lost, union(others.flatMap(({ live }) => live))),
    };
  });
}

/** What one person sends from one source. */
export function sameSource(feeds: readonly Feed[]): Feed[][] {
  return [...Map.groupBy(feeds, ({ participantId, source }) => `${source} ${participantId}`).values()];
}

function widened({ fromMs, untilMs }: Span): Span {
  return { fromMs: fromMs - stillMs, untilMs: untilMs + stillMs };
}

function spanOf({ startMs, durationMs }: { readonly startMs: number; readonly durationMs: number }): Span {
  return { fromMs: startMs, untilMs: startMs + durationMs };
}
