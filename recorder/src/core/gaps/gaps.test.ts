import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gap, TimelineEvent } from '../../format/recording.js';
import { expectedSpans, findGaps, type GapWorld } from './gaps.js';
import { lengthOf, minus, union, within, type Span } from './spans.js';

const started = (trackId: string, atMs: number, participantId = 'ann', muted = false): TimelineEvent => ({
  ...{ type: 'TrackStarted', atMs, trackId, participantId, source: 'camera', codec: 'vp8', muted },
});
const segment = (startMs: number, untilMs: number, trackId = 't'): GapWorld['segments'][number] => ({
  ...{ trackId, startMs, durationMs: untilMs - startMs },
});

function gaps(world: Partial<GapWorld>): Gap[] {
  const running = [{ fromMs: 0, untilMs: 60_000 }];
  return findGaps({ endMs: 60_000, segments: [], events: [started('t', 0)], known: [], running, ...world });
}

describe('media that is missing', () => {
  it.each<[string, Partial<GapWorld>, [startMs: number, untilMs: number, reason: string][]]>([
    ['none, where segments follow on each other', { segments: [segment(0, 30_000), segment(30_100, 60_000)] }, []],
    [
      'between two segments',
      { segments: [segment(0, 30_000), segment(34_000, 60_000)] },
      [[30_000, 34_000, 'NoMedia']],
    ],
    ['at the end', { segments: [segment(0, 50_000)] }, [[50_000, 60_000, 'NoMedia']]],
    ['not in the second that a track needs to begin', { segments: [segment(900, 60_000)] }, []],
    ['longer than that it is', { segments: [segment(2_000, 60_000)] }, [[0, 2_000, 'NoMedia']]],
    [
      'not while it is muted',
      {
        segments: [segment(0, 20_000), segment(40_500, 60_000)],
        events: [
          started('t', 0),
          { type: 'TrackMuted', atMs: 20_000, trackId: 't' },
          { type: 'TrackUnmuted', atMs: 40_000, trackId: 't' },
        ],
      },
      [],
    ],
    [
      'nor after it ended',
      { segments: [segment(0, 20_000)], events: [started('t', 0), { type: 'TrackEnded', atMs: 20_100, trackId: 't' }] },
      [],
    ],
    [
      'nor when its participant has another one of its kind',
      { segments: [segment(0, 20_000), segment(20_000, 60_000, 'u')], events: [started('t', 0), started('u', 20_000)] },
      [],
    ],
    [
      'as no recorder ran, with what the lost one had',
      {
        segments: [segment(0, 20_000), segment(26_000, 60_000)],
        running: [
          { fromMs: 0, untilMs: 22_000 },
          { fromMs: 25_900, untilMs: 60_000 },
        ],
      },
      [[20_000, 26_000, 'RecorderLost']],
    ],
    [
      'as nothing came for long, and then no recorder ran',
      {
        segments: [segment(0, 10_000), segment(46_000, 60_000)],
        running: [
          { fromMs: 0, untilMs: 42_000 },
          { fromMs: 45_900, untilMs: 60_000 },
        ],
      },
      [
        [10_000, 42_000, 'NoMedia'],
        [42_000, 46_000, 'RecorderLost'],
      ],
    ],
    [
      'as a recorder wrote down, within a segment too',
      {
        segments: [segment(0, 60_000)],
        known: [{ trackId: 't', startMs: 10_000, durationMs: 3_000, reason: 'RelayLost' }],
      },
      [[10_000, 13_000, 'RelayLost']],
    ],
    [
      'as a recorder wrote down, and what is left over by a moment',
      {
        segments: [segment(0, 10_000), segment(20_200, 60_000)],
        known: [{ trackId: 't', startMs: 10_000, durationMs: 10_000, reason: 'BufferFull' }],
      },
      [[10_000, 20_200, 'BufferFull']],
    ],
    ['all of a track that never came', {}, [[0, 60_000, 'NoMedia']]],
  ])('%s', (_, world, expected) => {
    expect(gaps(world).map(({ startMs, durationMs, reason }) => [startMs, startMs + durationMs, reason])).toEqual(
      expected,
    );
  });

  it('is within what is expected, and beside what is there', () => {
    const time = fc.nat(60_000);
    const spans = fc.array(fc.tuple(time, time), { maxLength: 8 });
    fc.assert(
      fc.property(spans, spans, fc.array(fc.tuple(time, fc.boolean()), { maxLength: 8 }), (segments, runs, mutes) => {
        const events: TimelineEvent[] = [
          started('t', 0),
          ...mutes
            .toSorted(([a], [b]) => a - b)
            .map(([atMs, muted]): TimelineEvent => ({
              type: muted ? 'TrackMuted' : 'TrackUnmuted',
              atMs,
              trackId: 't',
            })),
        ];
        const ordered = (pair: readonly [number, number]): Span => ({
          fromMs: Math.min(...pair),
          untilMs: Math.max(...pair),
        });
        const held = union(segments.map(ordered));
        const found = gaps({
          events,
          segments: held.map(({ fromMs, untilMs }) => segment(fromMs, untilMs)),
          running: union(runs.map(ordered)),
        }).map(({ startMs, durationMs }) => ({ fromMs: startMs, untilMs: startMs + durationMs }));
        const expected = expectedSpans(events, 60_000).get('t') ?? [];
        expect(minus(found, union(expected))).toEqual([]);
        expect(found.flatMap((gap) => within(held, gap))).toEqual([]);
        // What is neither there nor said to be missing is short.
        const rest = minus(minus(expected, held), union(found));
        for (const span of rest) expect(lengthOf(span)).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});
