import type { KubeObject } from './kube-resource.js';
import type { IndexFunction, IndexFunctions, ObjectCache } from './object-cache.js';

/** The values of each index that a change touched, before and after it. */
export type TouchedIndexValues<I extends string> = ReadonlyMap<I, ReadonlySet<string>>;

/** A cache that its reflector writes. Every operation costs as much as the objects it touches. */
export interface ObjectStore<T extends KubeObject, I extends string = never> extends ObjectCache<T, I> {
  set(key: string, object: T): TouchedIndexValues<I>;
  delete(key: string): TouchedIndexValues<I>;
}

export function createObjectStore<T extends KubeObject, I extends string = never>(
  indexes: IndexFunctions<T, I>,
): ObjectStore<T, I> {
  const objects = new Map<string, T>();
  const byIndex = new Map<I, Map<string, Map<string, T>>>();
  const names = Object.keys(indexes) as I[];
  for (const name of names) byIndex.set(name, new Map());

  const replace = (key: string, next: T | undefined): TouchedIndexValues<I> => {
    const previous = objects.get(key);
    // All index functions run before anything changes: one that throws must not leave half a change.
    const moves = names.map((name) => ({
      name,
      before: indexValues(indexes[name], previous),
      after: indexValues(indexes[name], next),
    }));
    const touched = new Map<I, ReadonlySet<string>>();
    for (const { name, before, after } of moves) {
      const buckets = byIndex.get(name) ?? new Map<string, Map<string, T>>();
      for (const value of before) removeFrom(buckets, value, key);
      if (next !== undefined) for (const value of after) addTo(buckets, value, { key, object: next });
      touched.set(name, new Set([...before, ...after]));
    }
    if (next === undefined) objects.delete(key);
    else objects.set(key, next);
    return touched;
  };

  return {
    get size() {
      return objects.size;
    },
    get: (key) => objects.get(key),
    has: (key) => objects.has(key),
    keys: () => objects.keys(),
    values: () => objects.values(),
    byIndex: (index, value) => [...(byIndex.get(index)?.get(value)?.values() ?? [])],
    indexValues: (index) => byIndex.get(index)?.keys() ?? [].values(),
    set: replace,
    delete: (key) => replace(key, undefined),
  };
}

/** The values under which `object` stands; none if there is no object. */
export function indexValues<T>(indexFunction: IndexFunction<T>, object: T | undefined): readonly string[] {
  if (object === undefined) return [];
  const values = indexFunction(object);
  if (values === undefined) return [];
  return typeof values === 'string' ? [values] : values;
}

type Buckets<T> = Map<string, Map<string, T>>;

function addTo<T>(buckets: Buckets<T>, value: string, entry: { readonly key: string; readonly object: T }): void {
  const bucket = buckets.get(value);
  if (bucket === undefined) buckets.set(value, new Map([[entry.key, entry.object]]));
  else bucket.set(entry.key, entry.object);
}

function removeFrom<T>(buckets: Buckets<T>, value: string, key: string): void {
  const bucket = buckets.get(value);
  bucket?.delete(key);
  if (bucket?.size === 0) buckets.delete(value);
}
