import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadOfShare } from '../load/meeting-load.js';
import { aNode, type NodeShape } from '../testing/builders.js';
import { isOpen, joinsLeft, TARGET_UTILIZATION, takes, utilizationWith, type PlacementNode } from './candidate.js';
import { chooseNode, type NodeWish } from './choose-node.js';
import { createFleet, LEVELS_PER_WHOLE } from './fleet.js';

const anywhere = (): boolean => true;
const wish = (part: Partial<NodeWish> = {}): NodeWish => ({
  now: { local: 1, total: 1 },
  expected: { local: 10, total: 10 },
  where: anywhere,
  isTaken: () => false,
  ...part,
});

describe('a fleet', () => {
  test('says when a node takes people again, and only then', () => {
    const fleet = createFleet();
    expect(fleet.put(aNode('eu-0'))).toBe(true);
    expect(fleet.put(aNode('eu-0', { participants: 50 }))).toBe(false);
    expect(fleet.put(aNode('eu-0', { participants: 100 }))).toBe(false);
    expect(fleet.put(aNode('eu-0', { participants: 99 }))).toBe(true);
    expect(fleet.put(aNode('eu-0', { capacity: 200 }))).toBe(false);
    expect(fleet.put(aNode('eu-0', { state: 'Closing' }))).toBe(false);
  });

  test('tells a full node from one that must report first', () => {
    const fleet = createFleet([aNode('eu-0', { participants: 100 }), aNode('us-0', { newJoins: 10 })]);
    expect([...fleet.openGroups(anywhere)]).toEqual([]);
    expect(fleet.hasLimited(({ region }) => region === 'eu')).toBe(false);
    expect(fleet.hasLimited(({ region }) => region === 'us')).toBe(true);
    expect(fleet.hasServing(({ region }) => region === 'eu')).toBe(true);
    expect(fleet.hasServing(({ region }) => region === 'ap')).toBe(false);
  });

  test('finds one of thousands of nodes that are as full as can be', () => {
    const fleet = createFleet(
      Array.from({ length: 5_000 }, (_, index) => aNode(`eu-${String(index)}`, { participants: 75 })),
    );
    fleet.put(aNode('eu-77', { participants: 60 }));
    expect(chooseNode(fleet, wish())?.name).toBe('eu-77');
  });
});

const shape: fc.Arbitrary<[string, NodeShape]> = fc.tuple(
  fc.tuple(fc.constantFrom('eu', 'us'), fc.nat(9)).map(([pool, ordinal]) => `${pool}-${String(ordinal)}`),
  fc.record({
    participants: fc.nat(110),
    consumers: fc.nat(11_000),
    newJoins: fc.nat(12),
    workerCpu: fc.double({ min: 0, max: 1, noNaN: true }),
    expected: fc.nat(50),
    state: fc.constantFrom<PlacementNode['state']>('Serving', 'Serving', 'Serving', 'Closing', 'Lost'),
    capacity: fc.constantFrom(50, 100),
  }),
);

/** What chooseNode stands for, by looking at every node. */
function chooseByLookingAtAll(nodes: readonly PlacementNode[], { now, expected }: NodeWish): PlacementNode | undefined {
  const level = (node: PlacementNode): number =>
    Math.floor(utilizationWith(node, loadOfShare({ local: 0, total: 1 })) * LEVELS_PER_WHOLE);
  const open = nodes.filter((node) => isOpen(node) && joinsLeft(node) > 0 && takes(node, loadOfShare(now)));
  const fitting = open.filter((node) => utilizationWith(node, loadOfShare(expected)) <= TARGET_UTILIZATION);
  const byName = (a: PlacementNode, b: PlacementNode): number => (a.name < b.name ? -1 : 1);
  const fullest = fitting.toSorted((a, b) => level(b) - level(a) || byName(a, b))[0];
  return fullest ?? open.toSorted((a, b) => level(a) - level(b) || byName(a, b))[0];
}

test('after any changes, a choice is as if every node were looked at', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 5, arbitrary: shape }, fc.string()), { maxLength: 60 }),
      fc.integer({ min: 1, max: 30 }),
      (changes, size) => {
        const fleet = createFleet();
        const nodes = new Map<string, PlacementNode>();
        for (const change of changes) {
          if (typeof change === 'string') {
            const name = `eu-${String(change.length % 10)}`;
            fleet.delete(name);
            nodes.delete(name);
            continue;
          }
          const node = aNode(...change);
          fleet.put(node);
          nodes.set(node.name, node);
        }
        expect(fleet.size).toBe(nodes.size);
        const asked = wish({ expected: { local: size, total: size } });
        expect(chooseNode(fleet, asked)?.name).toBe(chooseByLookingAtAll([...nodes.values()], asked)?.name);
      },
    ),
    { numRuns: 1_000 },
  );
});
