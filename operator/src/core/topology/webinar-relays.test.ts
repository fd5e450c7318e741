import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hopsFrom } from '../testing/hops.js';
import { MAX_RELAYS_PER_NODE, type Member } from './relay-world.js';
import type { Relay } from './topology.js';
import { planWebinarRelays } from './webinar-relays.js';

const nodes = (prefix: string, count: number, regions = 2): Member[] =>
  Array.from({ length: count }, (_, index) => ({
    node: `${prefix}-${index}`,
    region: `region-${index % regions}`,
    draining: false,
  }));
const plan = (speakers: readonly Member[], viewers: readonly Member[], previous: readonly Relay[] = []) =>
  planWebinarRelays({ speakers, viewers, previous, roomOf: () => 0, isCut: () => false });

function degrees(relays: readonly Relay[]): number[] {
  const ends = relays.flatMap(({ dialer, listener }) => [dialer, listener]);
  return [...Map.groupBy(ends, (end) => end).values()].map((of) => of.length);
}

test.each([
  ['one speaker’s node, 15 viewers’ nodes', 1, 15, 1],
  ['one speaker’s node, 100 viewers’ nodes: 50,000 people at 500 a node', 1, 100, 2],
  ['three speakers’ nodes, 100 viewers’ nodes', 3, 100, 3],
  ['one speaker’s node, 1,000 viewers’ nodes: 50,000 people at 50 a node', 1, 1_000, 3],
  ['six speakers’ nodes, 1,000 viewers’ nodes', 6, 1_000, 5],
])('%s: everybody gets everything once, in few hops', (_, speakerCount, viewerCount, maxHops) => {
  const speakers = nodes('speaker', speakerCount);
  const relays = plan(speakers, nodes('viewer', viewerCount));
  for (const { node } of speakers) {
    const hops = hopsFrom(node, relays);
    expect(hops.size).toBe(speakerCount + viewerCount);
    expect(Math.max(...hops.values())).toBeLessThanOrEqual(maxHops);
  }
  expect(Math.max(...degrees(relays))).toBeLessThanOrEqual(MAX_RELAYS_PER_NODE);
  expect(relays.filter(({ kind }) => kind === 'Leaf').length).toBeGreaterThanOrEqual(viewerCount);
});

test('whatever viewers’ nodes come and go, all get everything, and those whose way stands keep it', () => {
  const change = fc.record({
    gone: fc.uniqueArray(fc.nat(79), { maxLength: 9 }),
    size: fc.integer({ min: 1, max: 80 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      const speakers = nodes('speaker', 2);
      let previous: readonly Relay[] = [];
      for (const { gone, size } of changes) {
        const viewers = nodes('viewer', size).filter((_, index) => !gone.includes(index));
        const relays = plan(speakers, viewers, previous);
        expect(hopsFrom('speaker-0', relays).size).toBe(2 + viewers.length);
        expect(Math.max(...degrees(relays))).toBeLessThanOrEqual(MAX_RELAYS_PER_NODE);
        expect(plan(speakers, viewers, relays)).toEqual(relays);
        const there = new Set([...speakers, ...viewers].map(({ node }) => node));
        const now = new Set(relays.map(({ dialer, listener }) => `${dialer}>${listener}`));
        for (const { dialer, listener } of previous)
          if (there.has(dialer) && there.has(listener)) expect(now.has(`${dialer}>${listener}`)).toBe(true);
        previous = relays;
      }
    }),
    { numRuns: 60 },
  );
});

test('a viewers’ node that drains carries nobody any more', () => {
  const speakers = nodes('speaker', 1);
  const viewers = nodes('viewer', 40);
  const before = plan(speakers, viewers);
  const hub = before.find(({ listener }) => listener.startsWith('viewer'))?.listener ?? '';
  const draining = viewers.map((viewer) => ({ ...viewer, draining: viewer.node === hub }));
  const after = plan(speakers, draining, before);
  expect(after.filter(({ listener }) => listener === hub)).toEqual([]);
  expect(hopsFrom('speaker-0', after).size).toBe(41);
});

test('a viewers’ node hangs below one that it reaches, and moves there when it is cut off from the one above it', () => {
  const speakers = nodes('speaker', 2);
  const viewers = nodes('viewer', 4);
  const world = { speakers, viewers, roomOf: () => 0 };
  const before = planWebinarRelays({ ...world, previous: [], isCut: () => false });
  const above = before.find(({ dialer }) => dialer === 'viewer-0')?.listener;
  const isCut = (a: string, b: string): boolean => [a, b].includes('viewer-0') && [a, b].includes(above ?? '');
  const after = planWebinarRelays({ ...world, previous: before, isCut });
  expect(after.find(({ dialer }) => dialer === 'viewer-0')?.listener).not.toBe(above);
  expect(after.filter(({ dialer }) => dialer !== 'viewer-0')).toEqual(
    before.filter(({ dialer }) => dialer !== 'viewer-0'),
  );
  expect(hopsFrom('speaker-0', after).size).toBe(6);
});
