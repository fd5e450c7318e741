/**
 * What is missing in a recording: media that people sent and no segment holds. A track is expected while it is there and not muted,
 * over the whole time from the recording's start to its end, whether or not a recorder ran.
 */
import type { Gap, GapReason, Segment, TimelineEvent } from '../../format/recording.js';
import { lengthOf, minus, union, within, type Span } from './spans.js';

/** Shorter than that it is the space between two segments. */
const toleratedMs = 250;
/** What a recorder has of a track that is not in the store and in the manifest yet: a segment, and the time to store it. */
const goesWithRecorderMs = 10_000;
/** What a track may need to reach us when it begins or is unmuted: a consumer, and a key frame. */
const beginningMs = 1_000;

export interface GapWorld {
  readonly endMs: number;
  readonly segments: readonly Pick<Segment, 'trackId' | 'startMs' | 'durationMs'>[];
  readonly events: readonly TimelineEvent[];
  /** Holes of which a recorder knew the reason; they may be within a segment. */
  readonly known: readonly Gap[];
  /** When a recorder ran. */
  readonly running: readonly Span[];
}

export function findGaps(world: GapWorld): Gap[] {
  const covered = Map.groupBy(world.segments, ({ trackId }) => trackId);
  return [...expectedSpans(world.events, world.endMs)]
    .flatMap(([trackId, expected]) => {
      const spans = (covered.get(trackId) ?? []).map(spanOf);
      const known = world.known.filter((gap) => gap.trackId === trackId);
      const held = minus(union(spans), union(known.map(spanOf)));
      const begins = new Set(expected.map(({ fromMs }) => fromMs));
      const missing = minus(expected, held).filter(
        (span) => lengthOf(span) > (begins.has(span.fromMs) ? beginningMs : toleratedMs),
      );
      return missing.flatMap((span) => explain(span, trackId, { known, running: world.running }));
    })
    .toSorted((a, b) => a.startMs - b.startMs || (a.trackId < b.trackId ? -1 : 1));
}

/**
 * When each track is to be heard or seen. Of two of one source that a participant has, as while it moves to another node, the one that
 * began last counts.
 */
export function expectedSpans(events: readonly TimelineEvent[], endMs: number): Map<string, Span[]> {
  const since = new Map<string, number>();
  const newest = new Map<string, string>();
  const spans = new Map<string, Span[]>();
  const close = (trackId: string, atMs: number): void => {
    const fromMs = since.get(trackId);
    since.delete(trackId);
    if (fromMs === undefined || atMs <= fromMs) return;
    spans.set(trackId, [...(spans.get(trackId) ?? []), { fromMs, untilMs: Math.min(atMs, endMs) }]);
  };
  for (const event of events) {
    if (event.atMs >= endMs) break;
    if (event.type === 'TrackStarted') {
      const source = `${event.source} ${event.participantId}`;
      const before = newest.get(source);
      if (before !== undefined && before !== event.trackId) close(before, event.atMs);
      newest.set(source, event.trackId);
    }
    if ((event.type === 'TrackStarted' && !event.muted) || event.type === 'TrackUnmuted') {
      if (!since.has(event.trackId)) since.set(event.trackId, event.atMs);
    } else if (event.type === 'TrackEnded' || event.type === 'TrackMuted') close(event.trackId, event.atMs);
  }
  for (const trackId of [...since.keys()]) close(trackId, endMs);
  return spans;
}

/** One gap for each of its reasons: where no recorder ran, that is why; else what a recorder wrote down; else nothing came. */
function explain(
  span: Span,
  trackId: string,
  { known, running }: { readonly known: readonly Gap[]; readonly running: readonly Span[] },
): Gap[] {
  const gaps: Gap[] = [];
  let rest: readonly Span[] = [span];
  const take = (causes: readonly Span[], reason: GapReason): void => {
    const taken = rest.flatMap((one) => within(causes, one));
    rest = minus(rest, taken);
    gaps.push(
      ...taken.map(({ fromMs, untilMs }) => ({ trackId, startMs: fromMs, durationMs: untilMs - fromMs, reason })),
    );
  };
  take(minus([span], running), 'RecorderLost');
  for (const gap of known) take([spanOf(gap)], gap.reason);
  take(rest, 'NoMedia');
  return joined(gaps.toSorted((a, b) => a.startMs - b.startMs));
}

function spanOf({ startMs, durationMs }: Pick<Gap, 'startMs' | 'durationMs'>): Span {
  return { fromMs: startMs, untilMs: startMs + durationMs };
}

/** What is left beside a known cause by the inexactness of times belongs to it, and what a recorder had when it was lost went with it. */
function joined(gaps: readonly Gap[]): Gap[] {
  const result: Gap[] = [];
  for (const gap of gaps) {
    const before = result.at(-1);
    const reason = before && sharedReason(before, gap);
    if (before === undefined || reason === undefined) result.push(gap);
    else result[result.length - 1] = { ...before, durationMs: gap.startMs + gap.durationMs - before.startMs, reason };
  }
  return result;
}

function sharedReason(a: Gap, b: Gap): GapReason | undefined {
  if (a.reason === b.reason) return a.reason;
  const [shorter, longer] = a.durationMs < b.durationMs ? [a, b] : [b, a];
  if (shorter.durationMs <= toleratedMs) return longer.reason;
  const went = [a, b].find(({ reason }) => reason === 'NoMedia');
  const isLost = [a, b].some(({ reason }) => reason === 'RecorderLost');
  return isLost && went !== undefined && went.durationMs <= goesWithRecorderMs ? 'RecorderLost' : undefined;
}
