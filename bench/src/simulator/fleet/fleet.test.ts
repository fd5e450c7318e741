import { expect, test } from 'vitest';
import { createFleet } from './fleet.js';

function aFleet() {
  const fleet = createFleet({ sizes: [1, 1], reportMs: 500, packetsPerSecondOfCore: 1_000 });
  return {
    ...fleet,
    load: (node: number, atMs: number, packetsPerSecond: number) => {
      fleet.touch(node, atMs);
      fleet.packetsPerSecond[node] = packetsPerSecond;
    },
  };
}

test('a report shows what was on the node when it was made, not what is', () => {
  const { load, reported } = aFleet();
  load(0, 100, 700);
  expect(reported.cpu(0, 499)).toBe(0);
  expect(reported.cpu(0, 500)).toBe(0.7);
  load(0, 600, 900);
  load(0, 700, 200);
  expect(reported.cpu(0, 999)).toBe(0.7);
  expect(reported.cpu(0, 1_000)).toBe(0.2);
});

test('nodes report at different moments', () => {
  const { load, reported } = aFleet();
  load(0, 100, 700);
  load(1, 100, 700);
  expect([0, 1].map((node) => reported.cpu(node, 430))).toEqual([0, 0.7]);
  expect([0, 1].map((node) => reported.atMs(node, 900))).toEqual([500, 419]);
});

test('only nodes that serve are offered, in their region', () => {
  const fleet = aFleet();
  fleet.setState(0, 'Serving');
  fleet.setState(1, 'Serving');
  fleet.setState(1, 'Serving');
  fleet.setState(0, 'Starting');
  expect(fleet.serving).toEqual([[], [1]]);
});
