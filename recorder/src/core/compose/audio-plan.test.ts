import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gainFor, mixRecipe, sampleOf, voicesOf, windowsOf } from './audio-plan.js';
import { feedsOf } from './feeds.js';
import { aManifest, anyManifest, ended, joined, segments, started } from './testing/manifests.js';

describe('the sound', () => {
  it('is one voice for a person, however often they come, and nobody is heard twice', () => {
    const manifest = aManifest({
      events: [
        joined(0, 'ada'),
        started(0, 'ada-microphone'),
        started(20_000, 'ada-microphone-2'),
        ended(24_000, 'ada-microphone'),
      ],
      segments: [...segments('ada-microphone', 0, 24_000), ...segments('ada-microphone-2', 21_000, 60_000)],
    });
    const voices = voicesOf(feedsOf(manifest, new Set()));
    expect(voices.map(({ id }) => id)).toEqual(['ada-microphone']);
    const [window] = windowsOf(voices, manifest.endMs);
    expect(window?.inputs.map(({ source }) => [source.offsetMs, source.entries.at(-1)?.cutAfterMs])).toEqual([
      [0, 1_000],
      [21_000, undefined],
    ]);
  });

  it('is windows that follow each other to the end, in any meeting', () => {
    fc.assert(
      fc.property(anyManifest, fc.integer({ min: 1, max: 2_000_000 }), (manifest, endMs) => {
        const windows = windowsOf(voicesOf(feedsOf(manifest, new Set())), endMs);
        expect(windows.map(({ span }) => span.fromMs)).toEqual([
          0,
          ...windows.slice(0, -1).map(({ span }) => span.untilMs),
        ]);
        expect(windows.at(-1)?.span.untilMs).toBe(endMs);
        const samples = windows.reduce((sum, window) => sum + mixRecipe(window, new Map()).samples, 0);
        expect(samples).toBe(endMs * 48);
      }),
      { numRuns: 30 },
    );
  });

  it('is measured by segments from all over a long meeting', () => {
    const manifest = aManifest({
      endMs: 4_000_000,
      events: [joined(0, 'ada'), started(0, 'ada-microphone')],
      segments: segments('ada-microphone', 0, 4_000_000),
    });
    const [voice] = voicesOf(feedsOf(manifest, new Set()));
    const entries = voice === undefined ? [] : sampleOf(voice).entries;
    expect(entries).toHaveLength(120);
    expect(entries.at(-1)?.key).toContain('/3964000-4000');
    expect(entries.at(-1)?.startMs).toBe(119 * 4_000);
  });

  it.each([
    [-18, 0],
    [-30.02, 12],
    [-45, 18],
    [-3, -12],
    [-60, 0],
  ])('a voice of %f LUFS is made louder by %f dB', (lufs, gain) => {
    expect(gainFor(lufs)).toBeCloseTo(gain, 5);
  });
});
