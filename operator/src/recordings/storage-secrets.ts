/** Whether the Secrets are there that recorders need for their stores. Many wait for the same one, which is read once for all. */
import type { ObservedStorage } from '../core/recording/world.js';
import type { ObjectWriter } from '../kube/apply.js';
import { createBoundedMap } from '../kube/bounded-map.js';
import type { Clock } from '../kube/clock.js';
import { SECRETS, secretText } from '../resources/secret-resource.js';

export interface StorageSecrets {
  check(namespace: string, name: string, signal: AbortSignal): Promise<ObservedStorage>;
}

const KEYS = ['accessKeyId', 'secretAccessKey'];
const MAX_KNOWN = 5_000;
/** Sooner than those that wait look again. */
const MAX_AGE_MS = 4_000;

export function createStorageSecrets(reader: Pick<ObjectWriter, 'get'>, clock: Clock): StorageSecrets {
  const known = createBoundedMap<{ readonly storage: ObservedStorage; readonly readAtMs: number }>(MAX_KNOWN);
  return {
    check: async (namespace, name, signal) => {
      const key = `${namespace}/${name}`;
      const before = known.get(key);
      const readAtMs = clock.monotonicMs();
      if (before !== undefined && readAtMs - before.readAtMs < MAX_AGE_MS) return before.storage;
      const secret = await reader.get(SECRETS, { namespace, name }, { signal });
      const missing = KEYS.find((each) => (secretText(secret, each) ?? '') === '');
      const storage = verdictOf(name, { isThere: secret !== undefined, missing });
      known.set(key, { storage, readAtMs });
      return storage;
    },
  };
}

function verdictOf(
  name: string,
  { isThere, missing }: { readonly isThere: boolean; readonly missing: string | undefined },
): ObservedStorage {
  if (!isThere) return { type: 'SecretMissing', detail: `There is no Secret ${name}.` };
  if (missing === undefined) return { type: 'Ready' };
  return { type: 'SecretMissing', detail: `Secret ${name} has no key ${missing}.` };
}
