import fc from 'fast-check';
import { expect, it } from 'vitest';
import { selectNodesToTell, type NodeHolding } from './nodes-to-tell.js';

const topology = { term: 5, epoch: 3, fingerprint: 'same' };
const member = (node: string, holding: Partial<NodeHolding> = {}): NodeHolding => ({
  node,
  isMember: true,
  told: undefined,
  reported: undefined,
  ...holding,
});
const holds = (term: number, over: object = {}) => ({ reported: { term, epoch: 3, fingerprint: 'same', ...over } });
const told = { told: { term: 5, epoch: 3 } };

it.each<[string, readonly NodeHolding[], readonly string[]]>([
  ['tells nodes that hold nothing', [member('a'), member('b')], ['a', 'b']],
  ['tells nobody where all hold it from the leader before', [member('a', holds(4)), member('b', holds(4))], []],
  ['tells nobody whom this leader told', [member('a', told), member('b', told)], []],
  ['tells one that lacks it, and with it the others of the meeting', [member('a', holds(4)), member('b')], ['a', 'b']],
  ['leaves alone those that this leader told already', [member('a', told), member('b')], ['b']],
  ['brings nodes together that hold it by different terms', [member('a', holds(3)), member('b', holds(4))], ['a', 'b']],
  ['brings one that came back to the term that this leader told', [member('a', told), member('b', holds(4))], ['b']],
  ['tells one that holds another content under the same epoch', [member('a', holds(4, { fingerprint: 'x' }))], ['a']],
  ['tells one of an earlier epoch', [member('a', holds(4, { epoch: 2 }))], ['a']],
  ['tells one that holds a later term, and is refused', [member('a', holds(6))], ['a']],
  ['tells an older node, which reports no fingerprint', [member('a', holds(4, { fingerprint: '' }))], ['a']],
  ['tells a former node once', [member('a', told), member('b', { isMember: false, ...holds(4) })], ['b']],
  ['and no more, while it still reports the meeting', [member('b', { isMember: false, ...holds(4), ...told })], []],
])('%s', (_, holdings, expected) => {
  expect(selectNodesToTell(topology, holdings)).toEqual(expected);
});

it('law 3: afterwards all nodes of the meeting hold it by one term, and nobody is told again', () => {
  const reports = fc.option(
    fc.record({
      term: fc.integer({ min: 1, max: 5 }),
      epoch: fc.constantFrom(2, 3),
      fingerprint: fc.constantFrom('same', 'other', ''),
    }),
    { nil: undefined },
  );
  const tellings = fc.option(fc.record({ term: fc.constant(5), epoch: fc.constantFrom(2, 3) }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(fc.record({ told: tellings, reported: reports }), { maxLength: 5 }), (states) => {
      const before = states.map((state, index) => member(String(index), state));
      const targets = new Set(selectNodesToTell(topology, before));
      const after = before.map((holding) =>
        targets.has(holding.node) ? { ...holding, told: topology, reported: topology } : holding,
      );
      expect(selectNodesToTell(topology, after)).toEqual([]);
      const terms = after.map(({ told: by, reported }) => (by?.epoch === 3 ? by.term : reported?.term));
      expect(new Set(terms).size).toBeLessThanOrEqual(1);
      for (const { node, told: by, reported } of before) {
        const holdsIt = by?.epoch === 3 || (reported?.epoch === 3 && reported.fingerprint === 'same');
        if (!holdsIt) expect(targets).toContain(node);
      }
    }),
  );
});
