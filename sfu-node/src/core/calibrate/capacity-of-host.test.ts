import { expect, test } from 'vitest';
import { capacityOfHost } from './capacity-of-host.js';

test.each([
  ['10 µs a packet: 80,000 at 80 % of a core', { cpuMs: 1_000, packets: 100_000 }, 1, [80_000, 104, 1_872]],
  ['more workers take as much each', { cpuMs: 1_000, packets: 100_000 }, 4, [320_000, 419, 7_542]],
  ['rounded down to two digits', { cpuMs: 1_234, packets: 100_000 }, 1, [64_000, 83, 1_494]],
  ['a slow host takes at least one', { cpuMs: 1_000, packets: 100 }, 1, [80, 1, 18]],
])('%s', (_, cost, workers, [packetsPerSecond, participants, consumers]) => {
  expect(capacityOfHost(cost, workers)).toEqual({ packetsPerSecond, participants, consumers });
});
