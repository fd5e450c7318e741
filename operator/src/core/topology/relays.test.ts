import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planRelays } from './relays.js';
import type { Relay } from './topology.js';

const member = (node: string, region: string): { node: string; region: string } => ({ node, region });

const members = fc.uniqueArray(
  fc.record({ node: fc.stringMatching(/^[a-z]{1,4}-\d{1,2}$/), region: fc.constantFrom('eu', 'us', 'ap') }),
  {
    selector: ({ node }) => node,
    minLength: 1,
    maxLength: 24,
  },
);

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

describe('planRelays', () => {
  test('one node needs none', () => {
    expect(planRelays([member('eu-0', 'eu')], [])).toEqual([]);
  });

  test('three nodes are a full mesh, the lower name dials', () => {
    expect(planRelays([member('c', 'eu'), member('a', 'us'), member('b', 'us')], [])).toEqual([
      { dialer: 'a', listener: 'b', kind: 'Peer' },
      { dialer: 'a', listener: 'c', kind: 'Peer' },
      { dialer: 'b', listener: 'c', kind: 'Peer' },
    ]);
  });

  test('more have a hub a region, and leaves dial it', () => {
    const nodes = [member('eu-0', 'eu'), member('eu-1', 'eu'), member('us-0', 'us'), member('us-1', 'us')];
    expect(planRelays(nodes, [])).toEqual([
      { dialer: 'eu-0', listener: 'us-0', kind: 'Peer' },
      { dialer: 'eu-1', listener: 'eu-0', kind: 'Leaf' },
      { dialer: 'us-1', listener: 'us-0', kind: 'Leaf' },
    ]);
  });

  test('a hub stays a hub when a node is put before it', () => {
    const before = planRelays(
      ['1', '2', '3', '4'].map((name) => member(name, 'eu')),
      [],
    );
    const after = planRelays(
      ['0', '1', '2', '3', '4'].map((name) => member(name, 'eu')),
      before,
    );
    expect(after.every((relay) => relay.listener === '1')).toBe(true);
  });

  test('every producer reaches every node exactly once, within three hops', () => {
    fc.assert(
      fc.property(members, (nodes) => {
        const relays = planRelays(nodes, []);
        for (const { node } of nodes) {
          const seen = arrivals(node, relays);
          expect([...seen.keys()].toSorted()).toEqual(nodes.map((other) => other.node).toSorted());
          expect([...seen.values()].every((times) => times === 1)).toBe(true);
        }
      }),
    );
  });

  test('planning again with what was planned changes nothing', () => {
    fc.assert(
      fc.property(members, members, (first, second) => {
        const once = planRelays(second, planRelays(first, []));
        expect(planRelays(second, once)).toEqual(once);
      }),
    );
  });
});
