/**
 * The secrets that credentials are made with: of each server, as it was when its configuration was written, and of a pool that names a
 * Secret. They are read one by one and kept in memory; nothing logs them.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { V1ObjectMeta, V1Secret } from '@kubernetes/client-node';
import type { SFUPool } from '@parley/crds/sfu-pool.js';
import { APP_MANAGED_BY_LABEL, TURN_POOL_LABEL } from '@parley/crds/labels.js';
import { TURN_CONF_POD_KEY, turnConfSecretName } from '../core/turn/turn-names.js';
import { turnConfOf, type TurnPodInput } from '../core/turn/turn-pod.js';
import type { ObjectWriter } from '../kube/apply.js';
import { createBoundedMap } from '../kube/bounded-map.js';
import type { Clock } from '../kube/clock.js';
import type { NodePod } from '../resources/pod-resource.js';
import { SECRETS, secretData, secretText } from '../resources/secret-resource.js';

export type PoolSecret =
  /** Each server gets a random one. */
  | { readonly type: 'OfServers' }
  | { readonly type: 'Given'; readonly secret: string; readonly digest: string }
  | { readonly type: 'Missing'; readonly detail: string };

export interface TurnSecrets {
  ofPool(pool: SFUPool, signal: AbortSignal): Promise<PoolSecret>;
  /** Undefined: its configuration was not written yet. */
  ofServer(pod: NodePod, signal: AbortSignal): Promise<string | undefined>;
  /** Writes the server's configuration. */
  configure(input: ConfigureInput): Promise<void>;
}

export interface ConfigureInput {
  readonly pod: NodePod;
  readonly spec: TurnPodInput['spec'];
  readonly given: string | undefined;
  readonly signal: AbortSignal;
}

interface KnownPool {
  readonly secret: PoolSecret;
  readonly name: string;
  readonly readAtMs: number;
}

const MAX_KNOWN = 5_000;
const SECRET_KEY = 'secret';
const SECRET_BYTES = 32;
/** Another value in a Secret of the user's is noticed within this. */
const POOL_MAX_AGE_MS = 30_000;
/** What turnserver.conf holds on a line, without quotes, spaces or comments. */
const USABLE = /^[\x21-\x7e]{16,256}$/;

export function createTurnSecrets({ writer, clock }: { writer: ObjectWriter; clock: Clock }): TurnSecrets {
  const servers = createBoundedMap<string>(MAX_KNOWN);
  const pools = createBoundedMap<KnownPool>(MAX_KNOWN);

  const read = async (namespace: string, name: string, signal: AbortSignal): Promise<PoolSecret> => {
    const found = await writer.get(SECRETS, { namespace, name }, { signal });
    const secret = secretText(found, SECRET_KEY);
    if (found === undefined) return { type: 'Missing', detail: `There is no Secret ${name}.` };
    if (secret === undefined) return { type: 'Missing', detail: `Secret ${name} has no key ${SECRET_KEY}.` };
    if (!USABLE.test(secret) || /["#]/.test(secret))
      return { type: 'Missing', detail: `Secret ${name}: 16 to 256 letters, digits or signs but " and # are needed.` };
    return { type: 'Given', secret, digest: createHash('sha256').update(secret).digest('hex').slice(0, 16) };
  };
  return {
    ofPool: async ({ metadata, spec }, signal) => {
      const name = spec.turn?.secretRef?.name;
      if (name === undefined) return { type: 'OfServers' };
      const known = pools.get(metadata.uid);
      const nowMs = clock.monotonicMs();
      const isFresh = known?.name === name && nowMs - known.readAtMs < POOL_MAX_AGE_MS;
      if (isFresh && known.secret.type !== 'Missing') return known.secret;
      const secret = await read(metadata.namespace, name, signal);
      pools.set(metadata.uid, { secret, name, readAtMs: nowMs });
      return secret;
    },
    ofServer: async ({ metadata }, signal) => {
      const known = servers.get(metadata.uid);
      if (known !== undefined) return known;
      const target = { namespace: metadata.namespace, name: turnConfSecretName(metadata.name) };
      const found = await writer.get(SECRETS, target, { signal });
      // One of an earlier pod of this name is on its way out.
      if (secretText(found, TURN_CONF_POD_KEY) !== metadata.uid) return undefined;
      const secret = secretText(found, SECRET_KEY);
      if (secret !== undefined) servers.set(metadata.uid, secret);
      return secret;
    },
    configure: async ({ pod, spec, given, signal }) => {
      const secret = given ?? randomBytes(SECRET_BYTES).toString('base64url');
      await writer.apply(SECRETS, buildConfSecret(pod, secret, turnConfOf(spec, secret)), { signal });
      servers.set(pod.metadata.uid, secret);
    },
  };
}

/** The pod owns it, so it goes with the pod. */
function buildConfSecret({ metadata }: NodePod, secret: string, conf: string): V1Secret {
  const { name, namespace, uid, labels } = metadata;
  const owner: NonNullable<V1ObjectMeta['ownerReferences']>[number] = { apiVersion: 'v1', kind: 'Pod', name, uid };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: turnConfSecretName(name),
      namespace,
      labels: { [APP_MANAGED_BY_LABEL]: 'parley-operator', [TURN_POOL_LABEL]: labels[TURN_POOL_LABEL] ?? '' },
      ownerReferences: [owner],
    },
    type: 'Opaque',
    data: secretData({ [SECRET_KEY]: secret, 'turnserver.conf': conf, [TURN_CONF_POD_KEY]: uid }),
  };
}
