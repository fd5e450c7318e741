import type { Clock } from './clock.js';
import { isAtLeastVersion, objectKey, type KubeObject } from './kube-resource.js';
import type { IndexFunctions, ObjectCache } from './object-cache.js';
import { createObjectStore } from './object-store.js';

/** A cache with what was just written laid over it, until the cache has seen it or it has expired. */
export interface Overlay<T extends KubeObject, I extends string = never> extends ObjectCache<T, I> {
  /** After create, apply, or a delete that answered `Ending`: pass what the API server returned. */
  recordWritten(object: T): void;
  /** After a delete that answered `Gone`. */
  recordDeleted(object: T): void;
  close(): void;
}

export interface OverlayDeps<T extends KubeObject, I extends string = never> {
  /** A reflector. */
  readonly below: { readonly cache: ObjectCache<T, I>; seenVersion(): string | undefined };
  /** The reflector's own. */
  readonly indexes?: IndexFunctions<T, I>;
  readonly clock: Clock;
  /** 30 s unless given. */
  readonly ttlMs?: number;
  /** Called when what was recorded is no longer believed though the cache never showed it: look again. */
  readonly onExpired?: (key: string) => void;
}

const TTL_MS = 30_000;

export function createOverlay<T extends KubeObject, I extends string = never>(deps: OverlayDeps<T, I>): Overlay<T, I> {
  const { clock, below } = deps;
  const written = createObjectStore<T, I>(deps.indexes ?? ({} as IndexFunctions<T, I>));
  /** Of what was deleted: the uid that is no more. */
  const deleted = new Map<string, string>();
  const cancelExpiry = new Map<string, () => void>();

  const drop = (key: string): void => {
    cancelExpiry.get(key)?.();
    cancelExpiry.delete(key);
    written.delete(key);
    deleted.delete(key);
  };
  const startExpiry = (key: string): void => {
    const cancel = clock.after(deps.ttlMs ?? TTL_MS, () => {
      const uid = deleted.get(key);
      const unseen = uid === undefined ? isOverlaid(key) : below.cache.get(key)?.metadata.uid === uid;
      drop(key);
      if (unseen) deps.onExpired?.(key);
    });
    cancelExpiry.set(key, cancel);
  };
  /** Whether the overlay speaks for this key; forgets what the cache has seen. */
  const isOverlaid = (key: string): boolean => {
    const object = written.get(key);
    if (object !== undefined) {
      const seen = below.seenVersion();
      if (seen === undefined || !isAtLeastVersion(seen, object.metadata.resourceVersion)) return true;
      drop(key);
      return false;
    }
    const uid = deleted.get(key);
    if (uid === undefined) return false;
    // The cache may not even know yet that it was there.
    const cached = below.cache.get(key);
    if (cached === undefined || cached.metadata.uid === uid) return true;
    drop(key);
    return false;
  };
  const get = (key: string): T | undefined => (isOverlaid(key) ? written.get(key) : below.cache.get(key));
  function* entries(): Generator<[string, T]> {
    for (const key of below.cache.keys()) {
      const object = get(key);
      if (object !== undefined) yield [key, object];
    }
    for (const key of [...written.keys()]) {
      const object = isOverlaid(key) && !below.cache.has(key) ? written.get(key) : undefined;
      if (object !== undefined) yield [key, object];
    }
  }
  function* keys(): Generator<string, undefined> {
    for (const [key] of entries()) yield key;
    return undefined;
  }
  function* values(): Generator<T, undefined> {
    for (const [, object] of entries()) yield object;
    return undefined;
  }
  function* indexValues(index: I): Generator<string, undefined> {
    for (const value of new Set([...below.cache.indexValues(index), ...written.indexValues(index)])) {
      if (byIndex(index, value).length > 0) yield value;
    }
    return undefined;
  }
  const byIndex = (index: I, value: string): T[] => {
    const fromBelow = below.cache.byIndex(index, value);
    if (cancelExpiry.size === 0) return [...fromBelow];
    const objects = fromBelow.filter((object) => !isOverlaid(objectKey(object.metadata)));
    for (const object of written.byIndex(index, value))
      if (isOverlaid(objectKey(object.metadata))) objects.push(object);
    return objects;
  };

  return {
    get size() {
      return cancelExpiry.size === 0 ? below.cache.size : [...entries()].length;
    },
    get,
    has: (key) => get(key) !== undefined,
    keys,
    values,
    byIndex,
    indexValues,
    recordWritten: (object) => {
      const key = objectKey(object.metadata);
      const newer = written.get(key);
      // Answers can come out of order.
      if (newer !== undefined && isAtLeastVersion(newer.metadata.resourceVersion, object.metadata.resourceVersion))
        return;
      drop(key);
      written.set(key, object);
      startExpiry(key);
    },
    recordDeleted: (object) => {
      const key = objectKey(object.metadata);
      drop(key);
      deleted.set(key, object.metadata.uid);
      startExpiry(key);
    },
    close: () => {
      for (const cancel of cancelExpiry.values()) cancel();
      cancelExpiry.clear();
    },
  };
}
