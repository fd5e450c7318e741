import type { Logger } from 'pino';
import { createKeyBroadcast, type KeyBroadcast } from './key-broadcast.js';
import { objectKey, type KubeObject } from './kube-resource.js';
import type { IndexFunctions, ObjectCache } from './object-cache.js';
import { createObjectStore, type TouchedIndexValues } from './object-store.js';
import type { RawObject } from './watch-event.js';

/**
 * What lists and watches write into. An object that doesn't parse keeps its last readable version: to take it
 * for deleted would end what still should run.
 */
export interface ReflectedCache<T extends KubeObject, I extends string> {
  readonly cache: ObjectCache<T, I>;
  readonly changes: KeyBroadcast;
  changesOf(index: I): KeyBroadcast;
  set(raw: RawObject): void;
  delete(raw: RawObject): void;
  /** Makes the cache equal to a list, and tells of every key that came, changed or went. */
  startReplacing(): Replacing;
}

/** A list that fails halfway has shown what it has shown, and nothing as gone. */
export interface Replacing {
  take(items: readonly RawObject[]): void;
  /** That was all. */
  finish(): void;
}

export interface ReflectedCacheDeps<T extends KubeObject, I extends string> {
  readonly parse: (json: unknown) => T;
  readonly indexes: IndexFunctions<T, I>;
  /** Whether a change concerns nobody: it is kept, and not told. */
  readonly isNoChange: (before: T, after: T) => boolean;
  readonly log: Logger;
  readonly onUnreadable: () => void;
}

export function createReflectedCache<T extends KubeObject, I extends string>(
  deps: ReflectedCacheDeps<T, I>,
): ReflectedCache<T, I> {
  const { log } = deps;
  const store = createObjectStore<T, I>(deps.indexes);
  const changes = createKeyBroadcast(log);
  const indexChanges = new Map<I, KeyBroadcast>();
  for (const name of Object.keys(deps.indexes) as I[]) indexChanges.set(name, createKeyBroadcast(log));

  /** Undefined when there is nothing to tell. */
  const keepReadable = (key: string, raw: RawObject): TouchedIndexValues<I> | undefined => {
    try {
      const before = store.get(key);
      const object = deps.parse(raw.json);
      const touched = store.set(key, object);
      return before !== undefined && deps.isNoChange(before, object) ? undefined : touched;
    } catch (error) {
      deps.onUnreadable();
      log.error({ err: error, key }, 'an object could not be read; its last readable version is kept');
      return undefined;
    }
  };
  const publish = (key: string, touched: TouchedIndexValues<I>): void => {
    changes.publish(key);
    for (const [index, values] of touched) for (const value of values) indexChanges.get(index)?.publish(value);
  };

  return {
    cache: store,
    changes,
    changesOf: (index) => {
      const broadcast = indexChanges.get(index);
      if (broadcast === undefined) throw new Error(`no such index: ${index}`);
      return broadcast;
    },
    set: (raw) => {
      const key = objectKey(raw.metadata);
      const touched = keepReadable(key, raw);
      if (touched !== undefined) publish(key, touched);
    },
    delete: (raw) => {
      const key = objectKey(raw.metadata);
      publish(key, store.delete(key));
    },
    startReplacing: () => {
      const present = new Set<string>();
      return {
        take: (items) => {
          for (const raw of items) {
            const key = objectKey(raw.metadata);
            present.add(key);
            if (store.get(key)?.metadata.resourceVersion === raw.metadata.resourceVersion) continue;
            const touched = keepReadable(key, raw);
            if (touched !== undefined) publish(key, touched);
          }
        },
        finish: () => {
          for (const key of [...store.keys()]) if (!present.has(key)) publish(key, store.delete(key));
        },
      };
    },
  };
}
