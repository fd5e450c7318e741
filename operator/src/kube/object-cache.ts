import type { KubeObject } from './kube-resource.js';

/** What a reflector knows of a kind, to be read only; keys are `namespace/name`. */
export interface ObjectCache<T extends KubeObject, I extends string = never> {
  readonly size: number;
  get(key: string): T | undefined;
  has(key: string): boolean;
  keys(): IterableIterator<string>;
  values(): IterableIterator<T>;
  /** The objects for which the index function gave `value`; costs as much as there are of them. */
  byIndex(index: I, value: string): readonly T[];
  /** The values of an index that have at least one object. */
  indexValues(index: I): IterableIterator<string>;
}

/** Gives the values under which an object is found in an index, such as its pool's name. Pure. */
export type IndexFunction<T> = (object: T) => string | readonly string[] | undefined;
export type IndexFunctions<T, I extends string> = Readonly<Record<I, IndexFunction<T>>>;

/** A stream of keys that a controller can be driven by. Only keys: the object is read from the cache when it's worked on. */
export interface KeySource {
  /** Every key that there is now. */
  keys(): Iterable<string>;
  /** Calls `listener` for every key that changes from now on; the returned function ends that. */
  readonly subscribe: (listener: (key: string) => void) => () => void;
  /** Resolves when `keys()` is complete; rejects when `signal` aborts before. */
  synced(signal: AbortSignal): Promise<void>;
}
