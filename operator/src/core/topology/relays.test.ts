import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planRelays } from './relays.js';
import { MAX_MESH_NODES, MAX_RELAYS_PER_NODE, type IsCut, type Member } from './relay-world.js';
import type { Relay } from './topology.js';

const member = (node: string, region: string, draining = false): Member => ({ node, region, draining });
const many = (count: number, regions: number): Member[] =>
  Array.from({ length: count }, (_, index) => member(`n${index}`, `region-${index % regions}`));
const plan = (members: readonly Member[], previous: readonly Relay[] = [], room: Record<string, number> = {}) =>
  planRelays({ members, previous, roomOf: (node) => room[node] ?? 0, isCut: () => false });

const pairs = (relays: readonly Relay[]): string[] => relays.map(({ dialer, listener }) => `${dialer}-${listener}`);
const removed = (before: readonly Relay[], after: readonly Relay[]): string[] => {
  const now = new Set(after.flatMap(({ dialer, listener }) => [`${dialer}-${listener}`, `${listener}-${dialer}`]));
  return pairs(before).filter((pair) => !now.has(pair));
};
const hubsOf = (relays: readonly Relay[]): string[] => [
  ...new Set(relays.filter(({ kind }) => kind === 'Leaf').map(({ listener }) => listener)),
];

/** Nodes that what `origin` produces arrives at, with how many times, by the announcing rules of the relay contract. */
function arrivals(origin: string, relays: readonly Relay[]): Map<string, number> {
  const seen = new Map<string, number>([[origin, 1]]);
  const pass = (at: string, from: 'Own' | 'Leaf' | 'Up' | 'Peer', via: string | undefined, hops: number): void => {
    if (hops > 3) throw new Error('more than three hops');
    for (const relay of relays) {
      const isDialer = relay.dialer === at;
      if (!isDialer && relay.listener !== at) continue;
      const other = isDialer ? relay.listener : relay.dialer;
      if (other === via) continue;
      const goes = relay.kind === 'Peer' ? from === 'Own' || from === 'Leaf' : isDialer ? from === 'Own' : true;
      if (!goes) continue;
      seen.set(other, (seen.get(other) ?? 0) + 1);
      const arrivesAs = relay.kind === 'Peer' ? 'Peer' : isDialer ? 'Leaf' : 'Up';
      pass(other, arrivesAs, at, hops + 1);
    }
  };
  pass(origin, 'Own', undefined, 0);
  return seen;
}

/** Every producer reaches every node exactly once, in three hops, and nobody has too many relays. */
function expectWhole(members: readonly Member[], relays: readonly Relay[]): void {
  const names = members.map(({ node }) => node).toSorted();
  for (const node of names) {
    const seen = arrivals(node, relays);
    expect([...seen.keys()].toSorted()).toEqual(names);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    const degree = relays.filter(({ dialer, listener }) => dialer === node || listener === node).length;
    expect(degree).toBeLessThanOrEqual(MAX_RELAYS_PER_NODE);
  }
}

describe('planRelays', () => {
  test('one node needs none', () => {
    expect(plan([member('eu-0', 'eu')])).toEqual([]);
  });

  test('three nodes are a full mesh, the lower name dials', () => {
    expect(plan([member('c', 'eu'), member('a', 'us'), member('b', 'us')])).toEqual([
      { dialer: 'a', listener: 'b', kind: 'Peer' },
      { dialer: 'a', listener: 'c', kind: 'Peer' },
      { dialer: 'b', listener: 'c', kind: 'Peer' },
    ]);
  });

  test('more have a hub a region, and leaves dial it', () => {
    const nodes = [member('eu-0', 'eu'), member('eu-1', 'eu'), member('us-0', 'us'), member('us-1', 'us')];
    expect(plan(nodes)).toEqual([
      { dialer: 'eu-0', listener: 'us-0', kind: 'Peer' },
      { dialer: 'eu-1', listener: 'eu-0', kind: 'Leaf' },
      { dialer: 'us-1', listener: 'us-0', kind: 'Leaf' },
    ]);
  });

  test('a new hub is a node with room', () => {
    expect(hubsOf(plan(many(4, 1), [], { n0: 0, n1: 3, n2: 40, n3: 7 }))).toEqual(['n2']);
  });

  test('a node that carries the meeting already becomes a hub before a newcomer with more room', () => {
    const before = plan(many(3, 1));
    expect(hubsOf(plan(many(4, 1), before, { n0: 1, n1: 2, n2: 1, n3: 90 }))).toEqual(['n1']);
  });

  test('a hub stays a hub when a node is put before it, and when it has no room left', () => {
    const before = plan(many(4, 1));
    const after = plan([member('new', 'region-0'), ...many(4, 1)], before, { new: 90 });
    expect(after.every(({ listener }) => listener === 'n0')).toBe(true);
  });

  test('the hub role moves off a node that drains, before it goes', () => {
    const before = plan(many(5, 1));
    const [first, ...others] = many(5, 1);
    const after = plan([{ ...first!, draining: true }, ...others], before, { n3: 10 });
    expect(hubsOf(after)).toEqual(['n3']);
    expect(pairs(after)).toContain('n0-n3');
  });

  test('where every node of a region drains, they hang on the hub of another one', () => {
    const members = [
      member('eu-0', 'eu'),
      member('eu-1', 'eu'),
      member('us-0', 'us', true),
      member('us-1', 'us', true),
    ];
    expect(hubsOf(plan(members))).toEqual(['eu-0']);
    expect(plan(members)).toHaveLength(3);
  });

  test('what is left of a tree stays: going back to three nodes makes no relay', () => {
    const before = plan(many(4, 1));
    const after = plan(many(3, 1), before);
    expect(after).toEqual(before.filter(({ dialer }) => dialer !== 'n3'));
    expect(plan(many(2, 1), after)).toHaveLength(1);
  });

  test('when the hub of three goes, the others are a mesh', () => {
    const before = plan(many(4, 1));
    expect(plan(many(4, 1).slice(1), before)).toEqual(plan(many(4, 1).slice(1)));
  });

  test.each([
    [1, 1, 0],
    [3, 2, 3],
    [4, 2, 3],
    [17, 1, 19],
    [18, 1, 20],
    [32, 1, 46],
    [64, 1, 129],
    [64, 3, 129],
    [64, 64, 129],
    [81, 4, 108],
  ])('%i nodes in %i regions have %i relays, in three hops', (count, regions, relays) => {
    const members = many(count, regions);
    const planned = plan(members);
    expectWhole(members, planned);
    expect(planned).toHaveLength(relays);
  });

  test('every other number of nodes up to 81, over any number of regions, is joined in three hops within the bound', () => {
    for (let count = 1; count <= 81; count += 2)
      for (const regions of [1, 3, count]) expectWhole(many(count, regions), plan(many(count, regions)));
  });
});

type Step = { readonly kind: 'Add' | 'Lose' | 'Drain' | 'Undrain'; readonly n: number; readonly room: number };
const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom('Add', 'Add', 'Lose', 'Drain', 'Undrain'),
    n: fc.nat(99),
    room: fc.nat(50),
  }),
  { maxLength: 90, size: 'max' },
);

function changed(members: readonly Member[], step: Step, serial: number): readonly Member[] {
  const at = step.n % Math.max(1, members.length);
  switch (step.kind) {
    case 'Add':
      return members.length >= 64
        ? members
        : [...members, member(`n${serial}`, ['eu', 'us', 'ap'][step.n % 3] ?? 'eu')];
    case 'Lose':
      return members.filter((_, index) => index !== at);
    case 'Drain':
    case 'Undrain':
      return members.map((one, index) => (index === at ? { ...one, draining: step.kind === 'Drain' } : one));
  }
}

describe('whatever nodes a meeting gains, loses and drains, one after the other', () => {
  const through = (sequence: readonly Step[], check: (before: State, after: State, step: Step) => void): void => {
    let now: State = { members: [member('n', 'eu')], relays: [] };
    sequence.forEach((step, serial) => {
      const members = changed(now.members, step, serial);
      const rooms = { [`n${serial}`]: step.room };
      const next = { members, relays: plan(members, now.relays, rooms) };
      check(now, next, step);
      now = next;
    });
  };
  interface State {
    readonly members: readonly Member[];
    readonly relays: readonly Relay[];
  }

  test('every producer reaches every node by one path of three hops at most, within the bound', () => {
    fc.assert(
      fc.property(steps, (sequence) => through(sequence, (_, after) => expectWhole(after.members, after.relays))),
      {
        numRuns: 100,
      },
    );
  });

  test('planning again with what was planned changes nothing', () => {
    fc.assert(
      fc.property(steps, (sequence) =>
        through(sequence, (_, { members, relays }) => expect(plan(members, relays)).toEqual(relays)),
      ),
      { numRuns: 100 },
    );
  });

  test('a leaf that comes or goes moves nobody else; a hub that goes moves its leaves alone', () => {
    fc.assert(
      fc.property(steps, (sequence) =>
        through(sequence, (before, after, step) => {
          const lost = before.members.filter(({ node }) => after.members.every((other) => other.node !== node));
          const stays = (relay: Relay): boolean =>
            lost.every(({ node }) => node !== relay.dialer && node !== relay.listener);
          const gone = removed(before.relays.filter(stays), after.relays);
          const isTree = Math.min(before.members.length, after.members.length) > MAX_MESH_NODES;
          // While all drain, the hubs do, too: whoever doesn't takes over.
          if (before.members.every(({ draining }) => draining)) return;
          if (isTree && (step.kind === 'Lose' || step.kind === 'Undrain')) expect(gone).toEqual([]);
          // A leaf may become a hub beside the one that it had, where that one's relays would pass the bound.
          if (isTree && step.kind === 'Add') expect(gone.length).toBeLessThanOrEqual(2);
        }),
      ),
      { numRuns: 200 },
    );
  });

  test('a node that drains is a hub only while all do', () => {
    fc.assert(
      fc.property(steps, (sequence) =>
        through(sequence, (_, { members, relays }) => {
          if (members.every(({ draining }) => draining)) return;
          const hubs = new Set(hubsOf(relays));
          for (const { node, draining } of members) if (draining) expect(hubs.has(node)).toBe(false);
        }),
      ),
      { numRuns: 100 },
    );
  });
});

describe('nodes that are cut off from each other', () => {
  const cutBetween =
    (...cut: readonly string[]): IsCut =>
    (a, b) =>
      cut.includes(`${a}-${b}`) || cut.includes(`${b}-${a}`);
  const around = (members: readonly Member[], isCut: IsCut, previous: readonly Relay[] = []) =>
    planRelays({ members, previous, roomOf: () => 10, isCut });

  test.each<[string, Member[], string[], string[]]>([
    [
      'have the third of a mesh between them',
      [member('a', 'eu'), member('b', 'eu'), member('c', 'us')],
      ['a-b'],
      ['a-c', 'b-c'],
    ],
    ['keep their relay where there is no third', [member('a', 'eu'), member('b', 'eu')], ['a-b'], ['a-b']],
    [
      'are not both hubs',
      [member('eu-0', 'eu'), member('eu-1', 'eu'), member('us-0', 'us'), member('ap-0', 'ap')],
      ['eu-0-us-0'],
      ['ap-0-eu-0', 'eu-1-eu-0', 'us-0-ap-0'],
    ],
    [
      'are not leaf and hub',
      [member('eu-0', 'eu'), member('eu-1', 'eu'), member('us-0', 'us'), member('us-1', 'us')],
      ['eu-0-eu-1'],
      ['eu-0-us-0', 'eu-1-us-0', 'us-1-us-0'],
    ],
  ])('%s', (_, members, cut, expected) => {
    const relays = around(members, cutBetween(...cut));
    expect(pairs(relays)).toEqual(expected);
    expectWhole(members, relays);
  });

  const worlds = fc.record({
    count: fc.integer({ min: 3, max: 12 }),
    regions: fc.integer({ min: 1, max: 4 }),
    cut: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 8 }),
    before: fc.boolean(),
  });

  test('see each other all the same, by one path, wherever one node reaches all; and planning again changes nothing', () => {
    fc.assert(
      fc.property(worlds, ({ count, regions, cut, before }) => {
        const members = many(count, regions);
        const isCut = cutBetween(...cut.filter(([a, b]) => a !== b).map(([a, b]) => `n${a}-n${b}`));
        const reachesAll = members.some(({ node }) => members.every((other) => !isCut(node, other.node)));
        const relays = around(members, isCut, before ? around(members, () => false) : []);
        expectWhole(members, relays);
        if (reachesAll) expect(relays.filter(({ dialer, listener }) => isCut(dialer, listener))).toEqual([]);
        expect(around(members, isCut, relays)).toEqual(relays);
      }),
      { numRuns: 1_000 },
    );
  });
});
