import type { KubeObject, KubeResource } from './kube-resource.js';

/** An object as a builder makes it; `apiVersion` and `kind` are put in from its resource. */
export interface DesiredObject {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

export interface ObjectName {
  readonly name: string;
  readonly namespace?: string | undefined;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  /** 10 s unless given; never past the end of the leadership. */
  readonly deadlineMs?: number;
}

export interface DeleteOptions extends WriteOptions {
  /** Deletes only this very object. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
}

/** `Gone`: it isn't there (any more). `Ending`: finalizers or a grace period hold it; `object` has its deletionTimestamp. */
export type DeleteOutcome<T> = { readonly outcome: 'Gone' } | { readonly outcome: 'Ending'; readonly object: T };

/** Writes, and reads past the cache. Everything throws KubeError; nothing retries. */
export interface ObjectWriter {
  /** Server-side apply with force: the fields in `desired` become ours; ours that aren't in it are removed. */
  apply<T extends KubeObject>(resource: KubeResource<T>, desired: DesiredObject, options: WriteOptions): Promise<T>;
  /** The same on the `status` subresource. `desired` holds metadata (name, namespace) and status. */
  applyStatus<T extends KubeObject>(
    resource: KubeResource<T>,
    desired: DesiredObject,
    options: WriteOptions,
  ): Promise<T>;
  /** Fails with `AlreadyExists`. */
  create<T extends KubeObject>(resource: KubeResource<T>, desired: DesiredObject, options: WriteOptions): Promise<T>;
  delete<T extends KubeObject>(
    resource: KubeResource<T>,
    target: ObjectName,
    options: DeleteOptions,
  ): Promise<DeleteOutcome<T>>;
  /** From the API server, not from a cache. */
  get<T extends KubeObject>(
    resource: KubeResource<T>,
    target: ObjectName,
    options: WriteOptions,
  ): Promise<T | undefined>;
}
