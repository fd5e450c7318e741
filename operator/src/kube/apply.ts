import type { KubeClient, KubeRequest } from './kube-client.js';
import { KubeError } from './kube-error.js';
import { resourcePath, type KubeObject, type KubeResource } from './kube-resource.js';
import { parseRawObject } from './watch-event.js';

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

export interface WrittenStatus {
  readonly resourceVersion: string;
}

/** Writes, and reads past the cache. Everything throws KubeError; nothing retries. */
export interface ObjectWriter {
  /** Server-side apply with force: the fields in `desired` become ours; ours that aren't in it are removed. */
  apply<T extends KubeObject>(resource: KubeResource<T>, desired: DesiredObject, options: WriteOptions): Promise<T>;
  /**
   * The same on the `status` subresource; `desired` holds metadata (name, namespace) and status. Only metadata comes back: this is the
   * write that there are most of.
   */
  applyStatus(resource: KubeResource, desired: DesiredObject, options: WriteOptions): Promise<WrittenStatus>;
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

export interface ObjectWriterDeps {
  readonly client: Pick<KubeClient, 'request'>;
  /** Owns the fields that `apply` writes. */
  readonly fieldManager: string;
  /**
   * For how long it is certain that no other writes too; usually an elector. No write begins after that, and those
   * begun are given up by then. Unlimited unless given.
   */
  readonly leadership?: { remainingMs(): number };
}

const DEADLINE_MS = 10_000;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** The one way by which controllers change the cluster. */
export function createObjectWriter(deps: ObjectWriterDeps): ObjectWriter {
  const { client, fieldManager } = deps;

  const write = async (request: KubeRequest, options: WriteOptions): Promise<unknown> => {
    const remainingMs = deps.leadership?.remainingMs() ?? Number.POSITIVE_INFINITY;
    if (remainingMs <= 0) throw new KubeError('NotLeading', 'another may lead by now');
    const deadlineMs = Math.min(options.deadlineMs ?? DEADLINE_MS, remainingMs);
    return client.request({ ...request, signal: options.signal, deadlineMs });
  };
  const apply = (resource: KubeResource, desired: DesiredObject, how: ApplyHow): Promise<unknown> => {
    const request: KubeRequest = {
      method: 'PATCH',
      path: resourcePath(resource, { ...nameOf(desired), subresource: how.subresource }),
      query: { fieldManager, force: true },
      contentType: 'application/apply-patch+yaml',
      accept: how.accept,
      body: withKind(resource, desired),
    };
    return write(request, how.options);
  };

  return {
    apply: async (resource, desired, options) => parseAs(resource, await apply(resource, desired, { options })),
    applyStatus: async (resource, desired, options) => {
      const written = await apply(resource, desired, { options, subresource: 'status', accept: METADATA_ONLY });
      return { resourceVersion: parseRawObject(written).metadata.resourceVersion };
    },
    create: async (resource, desired, options) => {
      const request: KubeRequest = {
        method: 'POST',
        path: resourcePath(resource, { namespace: desired.metadata?.namespace }),
        query: { fieldManager },
        body: withKind(resource, desired),
      };
      return parseAs(resource, await write(request, options));
    },
    delete: async (resource, target, options) => {
      const request: KubeRequest = {
        method: 'DELETE',
        path: resourcePath(resource, target),
        body: deleteOptionsOf(options),
      };
      const json = await write(request, options).catch(undefinedIfNotFound);
      if (json === undefined || isStatus(json)) return { outcome: 'Gone' };
      const object = parseAs(resource, json);
      // An object without a deletionTimestamp is the last state of one that is no more.
      return hasDeletionTimestamp(json) ? { outcome: 'Ending', object } : { outcome: 'Gone' };
    },
    get: async (resource, target, options) => {
      const path = resourcePath(resource, target);
      const json = await client
        .request({ method: 'GET', path, signal: options.signal, deadlineMs: options.deadlineMs ?? DEADLINE_MS })
        .catch(undefinedIfNotFound);
      return json === undefined ? undefined : parseAs(resource, json);
    },
  };
}

interface ApplyHow {
  readonly options: WriteOptions;
  readonly subresource?: string;
  readonly accept?: string;
}

function nameOf(desired: DesiredObject): ObjectName {
  const name = desired.metadata?.name;
  if (name === undefined || name === '') throw new KubeError('BadRequest', 'what is applied must have a name');
  return { name, namespace: desired.metadata?.namespace };
}

function withKind(resource: KubeResource, desired: DesiredObject): unknown {
  return { ...desired, apiVersion: resource.apiVersion, kind: resource.kind };
}

function parseAs<T extends KubeObject>(resource: KubeResource<T>, json: unknown): T {
  try {
    return resource.parse(parseRawObject(json).json);
  } catch (error) {
    throw new KubeError('Unparsable', `the API server's ${resource.kind} could not be read`, { cause: error });
  }
}

function deleteOptionsOf(options: DeleteOptions): unknown {
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: options.propagation ?? 'Background',
    gracePeriodSeconds: options.gracePeriodSeconds,
    preconditions: { uid: options.uid, resourceVersion: options.resourceVersion },
  };
}

function undefinedIfNotFound(error: unknown): undefined {
  if (error instanceof KubeError && error.code === 'NotFound') return undefined;
  throw error;
}

function isStatus(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'Status';
}

function hasDeletionTimestamp(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('metadata' in json)) return false;
  const { metadata } = json;
  return typeof metadata === 'object' && metadata !== null && 'deletionTimestamp' in metadata;
}
