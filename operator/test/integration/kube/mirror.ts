import type { Reflector } from '../../../src/kube/reflector.js';
import type { KubeClient } from '../../../src/kube/kube-client.js';
import { resourcePath } from '../../../src/kube/kube-resource.js';
import { parseListPage } from '../../../src/kube/watch-event.js';
import { configMaps, type ConfigMap } from './config-maps.js';

/**
 * What a controller would know that looks only at keys it was told of: equal to the truth exactly if no change went
 * untold. Versions by key.
 */
export interface Mirror {
  readonly versions: ReadonlyMap<string, string>;
  /** Every key in the order of telling. */
  readonly told: readonly string[];
}

export function mirrorOf(reflector: Reflector<ConfigMap, string>): Mirror {
  const versions = new Map<string, string>();
  const told: string[] = [];
  reflector.changes.subscribe((key) => {
    told.push(key);
    const object = reflector.cache.get(key);
    if (object === undefined) versions.delete(key);
    else versions.set(key, object.metadata.resourceVersion);
  });
  return { versions, told };
}

/** The API server's own truth, past every proxy. */
export async function truthOf(client: KubeClient, namespace: string): Promise<ReadonlyMap<string, string>> {
  const page = parseListPage(await client.request({ method: 'GET', path: resourcePath(configMaps, { namespace }) }));
  return new Map(
    page.items.map(({ metadata }) => [`${metadata.namespace ?? ''}/${metadata.name}`, metadata.resourceVersion]),
  );
}
