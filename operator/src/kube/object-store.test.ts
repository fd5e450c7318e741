import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createObjectStore } from './object-store.js';

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly pools: readonly string[];
}
const aPod = (name: string, pools: readonly string[]): Pod => ({
  metadata: { name, uid: name, resourceVersion: '1' },
  pools,
});
const storeByPool = () => createObjectStore<Pod, 'pool'>({ pool: (pod) => pod.pools });

describe('an object store', () => {
  it('says which values of an index a change touched, before and after it', () => {
    const store = storeByPool();
    expect(store.set('a', aPod('a', ['x'])).get('pool')).toEqual(new Set(['x']));
    expect(store.set('a', aPod('a', ['y'])).get('pool')).toEqual(new Set(['x', 'y']));
    expect(store.delete('a').get('pool')).toEqual(new Set(['y']));
    expect(store.delete('a').get('pool')).toEqual(new Set());
  });

  it('is as it was when an index function throws', () => {
    const store = createObjectStore<Pod, 'pool'>({
      pool: (pod) => {
        if (pod.pools.length === 0) throw new Error('no pool');
        return pod.pools;
      },
    });
    store.set('a', aPod('a', ['x']));
    expect(() => store.set('a', aPod('a', []))).toThrow('no pool');
    expect(store.byIndex('pool', 'x')).toEqual([aPod('a', ['x'])]);
    expect(store.get('a')).toEqual(aPod('a', ['x']));
  });

  it('finds by index what a search through all would find', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const pools = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'));
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.option(pools))), (changes) => {
        const store = storeByPool();
        for (const [name, next] of changes) {
          if (next === null) store.delete(name);
          else store.set(name, aPod(name, next));
        }
        const all = [...store.values()];
        const names = (pods: readonly Pod[]) => pods.map((pod) => pod.metadata.name).sort();
        for (const pool of ['x', 'y', 'z'])
          expect(names(store.byIndex('pool', pool))).toEqual(names(all.filter((pod) => pod.pools.includes(pool))));
        expect([...store.indexValues('pool')].sort()).toEqual([...new Set(all.flatMap((pod) => pod.pools))].sort());
      }),
    );
  });
});
