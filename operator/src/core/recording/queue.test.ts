import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planQueue, type QueueEntry, type RecordingLimits } from './queue.js';

const limits = (some: Partial<RecordingLimits> = {}): RecordingLimits => ({
  ...{ perNamespace: 100, overall: 100, ofPool: () => undefined },
  ...some,
});
const job = (name: string, entry: Partial<QueueEntry> = {}): QueueEntry => ({
  key: `default/${name}`,
  namespace: 'default',
  pool: 'default/eu',
  createdAtMs: 0,
  state: 'Waiting',
  ...entry,
});

describe('whose turn it is', () => {
  test('within the limits, everybody’s', () => {
    expect(planQueue([job('b'), job('a')], limits())).toEqual({
      admitted: ['default/a', 'default/b'],
      places: new Map(),
    });
  });

  test('over a limit those that were made first', () => {
    const { admitted, places } = planQueue(
      [job('a', { createdAtMs: 3_000 }), job('b', { createdAtMs: 1_000 }), job('c', { createdAtMs: 2_000 })],
      limits({ perNamespace: 1 }),
    );
    expect(admitted).toEqual(['default/b']);
    expect([...places]).toEqual([
      ['default/c', { position: 1, limit: 'Namespace' }],
      ['default/a', { position: 2, limit: 'Namespace' }],
    ]);
  });

  test('one that records takes a place, whenever it was made', () => {
    const running = job('z', { createdAtMs: 9_000, state: 'Recording' });
    expect(planQueue([job('a'), running], limits({ overall: 1 })).places.get('default/a')).toEqual({
      position: 1,
      limit: 'Installation',
    });
  });

  test('a pool that is full holds up its own meetings alone', () => {
    const { admitted, places } = planQueue(
      [job('a', { state: 'Recording' }), job('b'), job('c', { pool: 'default/us' })],
      limits({ ofPool: (pool) => (pool === 'default/eu' ? 1 : undefined) }),
    );
    expect(admitted).toEqual(['default/c']);
    expect(places.get('default/b')).toEqual({ position: 1, limit: 'Pool' });
  });

  test('a namespace that is full holds up no other', () => {
    const other = job('x', { key: 'other/x', namespace: 'other', createdAtMs: 9_000 });
    const full = [job('a'), job('b'), other];
    expect(planQueue(full, limits({ perNamespace: 1 })).admitted).toEqual(['default/a', 'other/x']);
  });

  test('while one was not looked at that may come first, those of its namespace wait', () => {
    const other = job('x', { key: 'other/x', namespace: 'other', createdAtMs: 2_000 });
    const decision = planQueue(
      [job('late', { createdAtMs: 1_000 }), job('early', { createdAtMs: -1, state: 'Unseen' }), other],
      limits(),
    );
    expect(decision).toEqual({ admitted: ['other/x'], places: new Map() });
  });
});

const entries = fc
  .uniqueArray(
    fc.record({
      name: fc.nat(60),
      namespace: fc.constantFrom('one', 'two'),
      pool: fc.constantFrom('eu', 'us', undefined),
      createdAtMs: fc.nat(5).map((seconds) => seconds * 1000),
      state: fc.constantFrom('Waiting' as const, 'Waiting' as const, 'Recording' as const, 'Unseen' as const),
    }),
    { selector: ({ name }) => name, maxLength: 40 },
  )
  .map((list) =>
    list.map(({ name, namespace, pool, ...rest }): QueueEntry => ({
      ...rest,
      ...{ key: `${namespace}/${String(name)}`, namespace, pool: pool && `${namespace}/${pool}` },
    })),
  );
const someLimits = fc
  .record({ perNamespace: fc.nat(8), overall: fc.nat(12), pool: fc.option(fc.nat(6), { nil: undefined }) })
  .map(({ pool, ...rest }): RecordingLimits => ({ ...rest, ofPool: () => pool }));

function within(list: readonly QueueEntry[], all: RecordingLimits): boolean {
  const most = (of: (entry: QueueEntry) => string | undefined): number =>
    Math.max(0, ...Object.values(Object.groupBy(list, (entry) => of(entry) ?? '')).map((group) => group?.length ?? 0));
  const pooled = list.filter(({ pool }) => pool !== undefined);
  const ofPool = all.ofPool('') ?? Infinity;
  return (
    list.length <= all.overall &&
    most(({ namespace }) => namespace) <= all.perNamespace &&
    (pooled.length === 0 ||
      Math.max(0, ...Object.values(Object.groupBy(pooled, ({ pool }) => pool ?? '')).map((g) => g?.length ?? 0)) <=
        ofPool)
  );
}

describe('law 6: limits hold, and order is kept', () => {
  test('whatever there is, nobody is let in over a limit that was kept before', () => {
    fc.assert(
      fc.property(entries, someLimits, (list, all) => {
        const { admitted } = planQueue(list, all);
        const before = list.filter(({ state }) => state === 'Recording');
        const after = [...before, ...list.filter(({ key }) => admitted.includes(key))];
        return admitted.length === 0 || !within(before, all) || within(after, all);
      }),
    );
  });

  test('nobody comes before another of its namespace and pool that was made earlier', () => {
    fc.assert(
      fc.property(entries, someLimits, (list, all) => {
        const { admitted } = planQueue(list, all);
        const waits = list.filter(({ key, state }) => state !== 'Recording' && !admitted.includes(key));
        const let_in = list.filter(({ key }) => admitted.includes(key));
        return let_in.every(({ namespace, pool, createdAtMs }) =>
          waits.every(
            (other) => other.namespace !== namespace || other.pool !== pool || other.createdAtMs >= createdAtMs,
          ),
        );
      }),
    );
  });

  test('who waits and could be looked at has a place, and the first place of each limit is 1', () => {
    fc.assert(
      fc.property(entries, someLimits, (list, all) => {
        const seen = list.filter(({ state }) => state !== 'Unseen');
        const { admitted, places } = planQueue(seen, all);
        for (const { key, state } of seen) expect(places.has(key)).toBe(state === 'Waiting' && !admitted.includes(key));
        for (const { position } of places.values()) expect(position).toBeGreaterThan(0);
        const firsts = new Set([...places.values()].filter(({ position }) => position === 1).map(({ limit }) => limit));
        for (const { limit } of places.values()) expect(firsts).toContain(limit);
      }),
    );
  });

  test('all have their turn, in the end, and deciding again changes nothing', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const all = limits({ perNamespace: 2, overall: 3, ofPool: () => 1 });
        let left = list.map((entry) => (entry.state === 'Unseen' ? { ...entry, state: 'Waiting' as const } : entry));
        for (let turn = 0; left.length > 0; turn += 1) {
          const { admitted } = planQueue(left, all);
          const next = left.map((entry) =>
            admitted.includes(entry.key) ? { ...entry, state: 'Recording' as const } : entry,
          );
          expect(planQueue(next, all).admitted).toEqual([]);
          const running = next.find(({ state }) => state === 'Recording');
          expect(running).toBeDefined();
          left = next.filter((entry) => entry !== running);
          expect(turn).toBeLessThan(100);
        }
      }),
    );
  });
});
