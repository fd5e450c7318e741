import { expect, test } from 'vitest';
import { costScaleOf, NO_LOAD, scaleCost } from './load.js';

const packets = (packetsPerSecond: number) => ({ ...NO_LOAD, packetsPerSecond });

test.each<[string, number, number, number]>([
  ['what is reported, to what was foreseen', 15_000, 20_000, 0.75],
  ['nothing that a few packets say', 100, 4_999, 1],
  ['no less than two fifths: streams may only just come', 0, 20_000, 0.4],
  ['no more than half as much again', 90_000, 20_000, 1.5],
])('people cost %s', (_, reported, foreseen, scale) => {
  expect(costScaleOf(packets(reported), packets(foreseen))).toBe(scale);
});

test('people who cost less are as many', () => {
  const load = { participants: 4, producers: 8, consumers: 24, packetsPerSecond: 1_000, bytesPerSecond: 500 };
  expect(scaleCost(load, 0.5)).toEqual({ ...load, consumers: 12, packetsPerSecond: 500, bytesPerSecond: 250 });
});
