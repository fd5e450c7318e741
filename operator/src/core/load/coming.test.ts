import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comingOfMeeting, createComingLedger, NOBODY_COMING, type MeetingComing } from './coming.js';
import { addLoad, NO_LOAD } from './load.js';
import { loadOfShare } from './meeting-load.js';

const meeting = (part: Partial<MeetingComing> = {}): MeetingComing => ({
  nodes: ['a'],
  present: new Map(),
  outstanding: new Map(),
  growth: 0,
  ...part,
});

describe('who is to come to a node', () => {
  test('who was placed counts with all that they will send and receive', () => {
    const coming = comingOfMeeting(meeting({ present: new Map([['a', 4]]), outstanding: new Map([['a', 2]]) })).get(
      'a',
    );
    expect(coming?.placed.participants).toBe(2);
    // Those who are there receive the two as well.
    expect(coming?.placed.consumers).toBe(6 * 5 * 2 - 4 * 3 * 2);
    expect(coming?.expected).toEqual(NO_LOAD);
  });

  test('who is placed on another node is received on this one', () => {
    const coming = comingOfMeeting(
      meeting({ nodes: ['a', 'b'], present: new Map([['a', 4]]), outstanding: new Map([['b', 1]]) }),
    );
    expect(coming.get('a')?.placed).toMatchObject({ participants: 0, consumers: 8 });
    expect(coming.get('b')?.placed).toMatchObject({ participants: 1, consumers: 8 });
  });

  test('who is there is remembered with what was foreseen, wherever that is', () => {
    const coming = comingOfMeeting(
      meeting({
        present: new Map([
          ['a', 4],
          ['left', 2],
        ]),
      }),
    );
    expect(coming.get('a')?.foreseen).toEqual(loadOfShare({ local: 4, total: 6 }));
    expect(coming.get('left')?.foreseen).toEqual(loadOfShare({ local: 2, total: 6 }));
  });

  test('who is expected counts in equal parts', () => {
    const coming = comingOfMeeting(meeting({ nodes: ['a', 'b'], growth: 9 }));
    expect([...coming.values()].map(({ expected }) => expected.participants)).toEqual([5, 5]);
  });
});

test('the sums of a ledger are those of its meetings, whatever came and went', () => {
  const node = fc.constantFrom('a', 'b', 'c');
  const counts = fc.dictionary(node, fc.nat(40)).map((entries) => new Map(Object.entries(entries)));
  const change = fc.tuple(
    fc.constantFrom('m1', 'm2', 'm3'),
    fc.option(fc.record({ nodes: fc.uniqueArray(node), present: counts, outstanding: counts, growth: fc.nat(60) })),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const touched = new Set<string>();
      const ledger = createComingLedger((name) => touched.add(name));
      const last = new Map<string, MeetingComing | null>();
      for (const [id, state] of changes) {
        ledger.set(id, state === null ? undefined : comingOfMeeting(state));
        last.set(id, state);
      }
      for (const name of ['a', 'b', 'c']) {
        const parts = [...last.values()].flatMap((state) => (state && comingOfMeeting(state).get(name)) ?? []);
        expect(ledger.on(name).placed).toEqual(parts.reduce((sum, { placed }) => addLoad(sum, placed), NO_LOAD));
        expect(ledger.on(name).expected).toEqual(parts.reduce((sum, { expected }) => addLoad(sum, expected), NO_LOAD));
        if (parts.length > 0) expect(touched).toContain(name);
        else expect(ledger.on(name)).toEqual(NOBODY_COMING);
      }
    }),
  );
});

test('all of a meeting that is to come is what it will be when it has come', () => {
  const { expected } = comingOfMeeting(meeting({ growth: 12 })).get('a') ?? NOBODY_COMING;
  expect(expected).toEqual(loadOfShare({ local: 12, total: 12 }));
});
