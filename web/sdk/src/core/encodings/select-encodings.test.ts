import { expect, test } from 'vitest';
import { selectEncodings, selectScreenEncodings } from './select-encodings.js';

const hd = { widthPx: 1280, heightPx: 720, framesPerSecond: 30 };

test('a 720p camera is sent in three simulcast layers, smallest first', () => {
  const encodings = selectEncodings('vp8', hd);
  expect(encodings.map((e) => e.scaleResolutionDownBy)).toEqual([4, 2, 1]);
  expect(encodings.map((e) => e.maxBitrate)).toEqual([130_000, 518_000, 2_074_000]);
});

test('a small capture has fewer layers, and the full size is always among them', () => {
  expect(selectEncodings('vp8', { ...hd, widthPx: 640, heightPx: 360 }).map((e) => e.scaleResolutionDownBy)).toEqual([
    2, 1,
  ]);
  const small = selectEncodings('vp8', { ...hd, widthPx: 320, heightPx: 180 });
  expect(small).toEqual([{ maxBitrate: 130_000 }]);
});

test('an upright phone has the layers of the same picture lying down', () => {
  const upright = selectEncodings('vp8', { ...hd, widthPx: 720, heightPx: 1280 });
  expect(upright).toEqual(selectEncodings('vp8', hd));
});

test('vp9 is sent as one SVC stream, with the bits of all of its layers', () => {
  expect(selectEncodings('vp9', hd)).toEqual([{ maxBitrate: 2_722_000, scalabilityMode: 'L3T3_KEY' }]);
  expect(selectEncodings('vp9', { ...hd, widthPx: 320, heightPx: 180 })).toEqual([{ maxBitrate: 130_000 }]);
});

test('av1 is sent as one layer', () => {
  expect(selectEncodings('av1', hd)).toEqual([{ maxBitrate: 2_074_000 }]);
});

test('bitrates stay within bounds', () => {
  const [only] = selectEncodings('av1', { widthPx: 3840, heightPx: 2160, framesPerSecond: 60 });
  expect(only?.maxBitrate).toBe(2_500_000);
  expect(selectEncodings('vp8', { widthPx: 160, heightPx: 90, framesPerSecond: 15 })[0]?.maxBitrate).toBe(100_000);
});

test('a shared screen is one sharp encoding', () => {
  expect(selectScreenEncodings({ ...hd, framesPerSecond: 5 })).toEqual([{ maxBitrate: 1_500_000 }]);
});
