/** What every object that passes the runtime's boundary has; `parse` of a resource must keep these. */
export interface KubeObject {
  readonly metadata: KubeMetadata;
}

export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** One kind of object in the API, and how its JSON becomes a checked value. */
export interface KubeResource<T extends KubeObject = KubeObject> {
  /** For example `v1` or `parley.dev/v1alpha1`. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Throws when the object isn't what it should be. `metadata.managedFields` has been taken out before. */
  readonly parse: (json: unknown) => T;
}

export interface ResourceTarget {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** `namespace/name`, or `name` for cluster-scoped objects: the key of caches and queues. */
export function objectKey(metadata: { readonly name: string; readonly namespace?: string | undefined }): string {
  return metadata.namespace === undefined || metadata.namespace === ''
    ? metadata.name
    : `${metadata.namespace}/${metadata.name}`;
}

export function splitObjectKey(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf('/');
  if (slash < 0) return { namespace: undefined, name: key };
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The URL path of a collection, an object or a subresource. */
export function resourcePath(resource: Omit<KubeResource, 'parse'>, target: ResourceTarget = {}): string {
  const parts = [resource.apiVersion.includes('/') ? 'apis' : 'api', resource.apiVersion];
  if (resource.namespaced && target.namespace !== undefined)
    parts.push('namespaces', encodeURIComponent(target.namespace));
  parts.push(resource.plural);
  if (target.name !== undefined) parts.push(encodeURIComponent(target.name));
  if (target.subresource !== undefined) parts.push(target.subresource);
  return `/${parts.join('/')}`;
}

/**
 * Whether `a` is at least as new as `b`. Resource versions are decimal numbers of one sequence
 * (KEP-5504, Kubernetes 1.35); what isn't one counts as older, so that the other is believed.
 */
export function isAtLeastVersion(a: string, b: string): boolean {
  if (!/^[1-9]\d*$/.test(a)) return false;
  if (!/^[1-9]\d*$/.test(b)) return true;
  return a.length === b.length ? a >= b : a.length > b.length;
}
