import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeCapacity } from './load.js';
import { largestShare, loadOfPresent, loadOfShare, shareToGrant } from './meeting-load.js';

const capacity: NodeCapacity = {
  participants: 200,
  consumers: 2_000,
  packetsPerSecond: 60_000,
  bytesPerSecond: Number.POSITIVE_INFINITY,
};

test.each([
  [
    'one alone sends, and receives nothing',
    { local: 1, total: 1 },
    { producers: 2, consumers: 0, packetsPerSecond: 375 },
  ],
  // Each: one large tile and one voice (110 packets) down, 375 up.
  ['two', { local: 2, total: 2 }, { producers: 4, consumers: 4, packetsPerSecond: 970 }],
  // Each: nine small tiles (270), two voices (100) and seven silent ones (17.5) down, 375 up.
  ['ten', { local: 10, total: 10 }, { producers: 20, consumers: 180, packetsPerSecond: 7_625 }],
  [
    'five of ten, the others elsewhere',
    { local: 5, total: 10 },
    { producers: 10, consumers: 90, packetsPerSecond: 7_163 },
  ],
  ['of a thousand, 25 are shown', { local: 10, total: 1_000 }, { producers: 1, consumers: 500 }],
  ['nobody here', { local: 0, total: 10 }, { producers: 0, consumers: 0, packetsPerSecond: 0, bytesPerSecond: 0 }],
])('%s', (_, share, expected) => {
  expect(loadOfShare(share)).toMatchObject({ participants: share.local, ...expected });
});

test.each([
  ['small meetings are bounded by their own size', capacity, 10, 10],
  ['large ones by what all of it costs: streams', capacity, 1_000, 40],
  ['or packets', { ...capacity, packetsPerSecond: 20_000 }, 1_000, 12],
  ['or bytes', { ...capacity, bytesPerSecond: 5_000_000 }, 1_000, 11],
  ['or people', { ...capacity, participants: 7 }, 1_000, 7],
  ['one always has a place', { ...capacity, consumers: 1 }, 1_000, 1],
])('%s', (_, limits, wanted, most) => {
  expect(largestShare(limits, wanted)).toBe(most);
});

test('who are spread over nodes cost what crosses relays, on each', () => {
  const together = loadOfShare({ local: 40, total: 40 }).packetsPerSecond;
  const apart = 2 * loadOfShare({ local: 20, total: 40 }).packetsPerSecond;
  expect(Math.abs(apart - together - 2 * (25 * 325 + 100))).toBeLessThanOrEqual(1);
});

test('signaling may fill a node with one meeting up to three quarters of its packets', () => {
  const roomy = { ...capacity, consumers: 10_000 };
  const granted = shareToGrant(roomy, 1_000);
  expect(granted).toBeLessThan(largestShare(roomy, 1_000));
  const packets = (local: number): number => loadOfShare({ local, total: 1_000 }).packetsPerSecond;
  expect(packets(granted)).toBeLessThanOrEqual(45_000);
  expect(packets(granted + 1)).toBeGreaterThan(45_000);
});

test('who is on one node now has room on another of its kind, whatever is foreseen', () => {
  const load = loadOfPresent(capacity, { local: 120, total: 120 });
  expect(load.participants).toBe(120);
  expect(load.consumers).toBeLessThanOrEqual(capacity.consumers);
});

test('the larger a share, the more it costs', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(700), fc.nat(20), (local, others, more) => {
      const before = loadOfShare({ local, total: local + others });
      const after = loadOfShare({ local: local + more, total: local + more + others });
      expect(after.consumers).toBeGreaterThanOrEqual(before.consumers);
      expect(after.participants).toBe(before.participants + more);
      for (const part of Object.values(after)) expect(Number.isInteger(part)).toBe(true);
    }),
  );
});
