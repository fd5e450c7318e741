import { expect, test } from 'vitest';
import { ladderOf } from './ladder-of.js';

test.each([
  ['L3T3', [320, 640, 1280], 3],
  ['S3T3', [320, 640, 1280], 3],
  ['L2T3_KEY', [320, 640], 3],
  ['L1T1', [1280], 1],
  ['L4T2', [320, 640, 1280, 2560], 2],
  [undefined, [1280], 1],
  ['nonsense', [1280], 1],
])('%s', (mode, layerWidthsPx, temporalLayers) => {
  expect(ladderOf(mode)).toEqual({ layerWidthsPx, temporalLayers });
});
