import type { KubeObject } from './kube-resource.js';
import type { ObjectCache } from './object-cache.js';

/** A cache with what was just written laid over it, until the cache has seen it or it has expired. */
export interface Overlay<T extends KubeObject, I extends string = never> extends ObjectCache<T, I> {
  /** After create, apply, or a delete that answered `Ending`: pass what the API server returned. */
  recordWritten(object: T): void;
  /** After a delete that answered `Gone`. */
  recordDeleted(object: T): void;
}
