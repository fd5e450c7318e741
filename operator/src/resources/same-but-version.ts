import { isSameJson } from '../core/status/same-json.js';
import type { KubeObject } from '../kube/kube-resource.js';

/**
 * Whether nothing that is read of an object has changed. Each host says every few minutes that it is well: with 1,500 of them that is
 * five changes a second of which none concerns us.
 */
export function isSameButVersion(before: KubeObject, after: KubeObject): boolean {
  const { resourceVersion } = after.metadata;
  return isSameJson({ ...before, metadata: { ...before.metadata, resourceVersion } }, after);
}
