import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layout, Manifest } from '../../format/recording.js';
import { height, msOfFrame, totalFrames, width } from './canvas.js';
import { feedsOf } from './feeds.js';
import { longestSceneFrames, scenesOf, shortestSceneFrames, type Scene, type Tile } from './scenes.js';
import {
  aManifest,
  anyManifest,
  ended,
  joined,
  left,
  muted,
  segments,
  speaks,
  started,
  unmuted,
} from './testing/manifests.js';

const none: ReadonlySet<string> = new Set();
const scenes = (manifest: Manifest, layout: Layout = 'Gallery', broken = none): Scene[] =>
  scenesOf(manifest, feedsOf(manifest, broken), layout);
const inShort = ({ source, name, picture }: Tile): string => `${name} ${source} ${picture.kind}`;
/** Without the pieces of what stays the same. */
const changes = (all: readonly Scene[]): readonly Scene[] =>
  all.filter(({ tiles }, index) => JSON.stringify(tiles) !== JSON.stringify(all[index - 1]?.tiles));
const story = (all: readonly Scene[]): unknown[] =>
  changes(all).map(({ firstFrame, tiles }) => [firstFrame / 30, ...tiles.map(inShort)]);

describe('what is shown when', () => {
  const events = [joined(0, 'ada'), started(0, 'ada-camera'), joined(10_000, 'bo')];
  const recorded = segments('ada-camera', 0, 60_000);

  it.each<[string, Partial<Manifest>, unknown[]]>([
    [
      'somebody without a camera has a plain tile from when they come',
      { events, segments: recorded },
      [
        [0, 'ada camera Video'],
        [10, 'ada camera Video', 'bo camera Plain'],
      ],
    ],
    [
      'who mutes the camera has a plain tile until it is on again',
      { events: [...events, muted(20_000, 'ada-camera'), unmuted(30_000, 'ada-camera')], segments: recorded },
      [
        [0, 'ada camera Video'],
        [10, 'ada camera Video', 'bo camera Plain'],
        [20, 'ada camera Plain', 'bo camera Plain'],
        [30, 'ada camera Video', 'bo camera Plain'],
      ],
    ],
    [
      'what was sent and not recorded is shown as that',
      { events, segments: [...segments('ada-camera', 0, 20_000), ...segments('ada-camera', 30_000, 60_000)] },
      [
        [0, 'ada camera Video'],
        [10, 'ada camera Video', 'bo camera Plain'],
        [20, 'ada camera Lost', 'bo camera Plain'],
        [30, 'ada camera Video', 'bo camera Plain'],
      ],
    ],
    [
      'a hole of 250 ms is not seen',
      { events, segments: [...segments('ada-camera', 0, 20_000), ...segments('ada-camera', 20_250, 60_000)] },
      [
        [0, 'ada camera Video'],
        [10, 'ada camera Video', 'bo camera Plain'],
      ],
    ],
    [
      'a shared screen stands first',
      {
        events: [...events, started(20_000, 'bo-screen'), ended(30_000, 'bo-screen')],
        segments: [...recorded, ...segments('bo-screen', 20_000, 30_000)],
      },
      [
        [0, 'ada camera Video'],
        [10, 'ada camera Video', 'bo camera Plain'],
        [20, 'bo screen Video', 'ada camera Video', 'bo camera Plain'],
        [30, 'ada camera Video', 'bo camera Plain'],
      ],
    ],
    [
      'who speaks first stands first, from the beginning on',
      { events: [...events, speaks(40_000, 'bo')], segments: recorded },
      [
        [0, 'ada camera Video'],
        [10, 'bo camera Plain', 'ada camera Video'],
      ],
    ],
    [
      'when the last one leaves, nobody is there',
      { events: [...events, left(20_000, 'bo'), ended(40_000, 'ada-camera'), left(40_000, 'ada')], segments: recorded },
      [[0, 'ada camera Video'], [10, 'ada camera Video', 'bo camera Plain'], [20, 'ada camera Video'], [40]],
    ],
    [
      'what changes within half a second changes at once at its end',
      { events: [...events, left(10_200, 'bo'), joined(10_300, 'cy')], segments: recorded },
      [
        [0, 'ada camera Video'],
        [10, 'ada camera Video', 'bo camera Plain'],
        [10.5, 'ada camera Video', 'cy camera Plain'],
      ],
    ],
  ])('%s', (_, parts, expected) => {
    expect(story(scenes(aManifest(parts)))).toEqual(expected);
  });

  it('shows the newer of two cameras of one person from when it has a picture', () => {
    const moved = [
      joined(0, 'ada'),
      started(0, 'ada-camera'),
      started(20_000, 'ada-camera-2'),
      ended(23_000, 'ada-camera'),
    ];
    const both = [...segments('ada-camera', 0, 23_000), ...segments('ada-camera-2', 21_000, 60_000)];
    const shown = changes(scenes(aManifest({ events: moved, segments: both }))).map(({ firstFrame, tiles }) => [
      firstFrame / 30,
      ...tiles.map(({ picture }) => (picture.kind === 'Video' ? picture.trackId : picture.kind)),
    ]);
    expect(shown).toEqual([
      [0, 'ada-camera'],
      [21, 'ada-camera-2'],
    ]);
  });

  it('is made of equal pieces where nothing moves, so that one is made and the others are copies', () => {
    const all = scenes(aManifest({ events: [joined(0, 'bo')], endMs: 30_000 }));
    expect(all.map(({ frames }) => frames)).toEqual([120, 120, 120, 120, 120, 120, 120, 60]);
  });

  it('leaves a broken segment out', () => {
    const broken = new Set(recorded.slice(5, 6).map(({ key }) => key));
    const shown = scenes(aManifest({ events: events.slice(0, 2), segments: recorded }), 'Gallery', broken);
    expect(story(shown)).toEqual([
      [0, 'ada camera Video'],
      [20, 'ada camera Lost'],
      [24, 'ada camera Video'],
    ]);
  });
});

describe('the layout that follows the speaker', () => {
  it('has the speaker large, each for two seconds at least', () => {
    const events = [
      joined(0, 'ada'),
      joined(0, 'bo'),
      joined(0, 'cy'),
      speaks(0, 'ada'),
      speaks(10_000, 'bo'),
      speaks(10_500, 'cy'),
      speaks(30_000),
    ];
    const shown = changes(scenes(aManifest({ events }), 'ActiveSpeaker')).map(({ firstFrame, tiles }) => [
      firstFrame / 30,
      ...tiles.map(({ name }) => name),
    ]);
    expect(shown).toEqual([
      [0, 'ada', 'bo', 'cy'],
      [10, 'bo', 'ada', 'cy'],
      [12, 'cy', 'ada', 'bo'],
    ]);
  });
});

describe('for any meeting', () => {
  const layout = fc.constantFrom<Layout>('Gallery', 'ActiveSpeaker');
  const overlaps = (a: Tile['box'], b: Tile['box']): boolean =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  it('every frame is in one scene, and no scene is shorter or longer than it may be', () => {
    fc.assert(
      fc.property(anyManifest, layout, (manifest, chosen) => {
        let next = 0;
        const all = scenes(manifest, chosen);
        for (const { firstFrame, frames } of all) {
          expect(firstFrame).toBe(next);
          expect(frames).toBeLessThanOrEqual(longestSceneFrames);
          next += frames;
        }
        const starts = changes(all).map(({ firstFrame }) => firstFrame);
        const tooSoon = starts.filter(
          (frame, index) => index > 0 && frame - (starts[index - 1] ?? 0) < shortestSceneFrames,
        );
        expect(tooSoon).toEqual([]);
        expect(next).toBe(totalFrames(manifest.endMs));
      }),
    );
  });

  it('tiles are within the canvas, on even places, and none covers another', () => {
    fc.assert(
      fc.property(anyManifest, layout, (manifest, chosen) => {
        for (const { tiles } of scenes(manifest, chosen)) {
          expect(tiles.length).toBeLessThanOrEqual(25);
          const wrong = tiles.filter(({ box }, index) => {
            const { x, y, width: w, height: h } = box;
            const isOdd = [x, y, w, h].some((value) => value % 2 !== 0 || value < 0);
            const isOutside = x + w > width || y + h > height;
            return isOdd || isOutside || tiles.slice(index + 1).some((other) => overlaps(box, other.box));
          });
          expect(wrong).toEqual([]);
        }
      }),
    );
  });

  it('a track is used only where it has media, and one person has one camera', () => {
    fc.assert(
      fc.property(anyManifest, layout, (manifest, chosen) => {
        for (const { firstFrame, tiles } of scenes(manifest, chosen)) {
          const used = tiles.flatMap(({ picture }) => (picture.kind === 'Video' ? [picture.trackId] : []));
          const cameras = used.filter((trackId) => trackId.includes('camera')).map((trackId) => trackId.split('-')[0]);
          expect(new Set(cameras).size).toBe(cameras.length);
          const atMs = msOfFrame(firstFrame);
          for (const trackId of used) {
            const near = manifest.segments.some(
              ({ trackId: other, startMs, durationMs }) =>
                other === trackId && startMs <= atMs + 270 && startMs + durationMs >= atMs - 270,
            );
            expect(near, `${trackId} at ${atMs}`).toBe(true);
          }
        }
      }),
    );
  });
});
