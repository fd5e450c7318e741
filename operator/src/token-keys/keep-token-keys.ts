/** The Secret of the Ed25519 keys that join tokens are signed with; its layout is what signaling mounts and reads. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import { APP_MANAGED_BY_LABEL } from '@parley/crds/labels.js';
import type { Logger } from 'pino';
import { MANAGED_BY } from '../certificates/authority-secret.js';
import { planTokenKeys, type TokenKeyAction } from '../core/certificates/token-keys.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import type { Overlay } from '../kube/overlay.js';
import { SECRETS, secretData, secretText, type Secret } from '../resources/secret-resource.js';

export const TOKEN_KEYS_SECRET = 'parley-token-keys';
const CURRENT = 'current.kid';
const PRIVATE_SUFFIX = '.key.pem';
const PUBLIC_SUFFIX = '.pub.pem';

export interface TokenKey {
  /** Begins with the time of its making, in ms and base 36. */
  readonly kid: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface TokenKeySet {
  readonly keys: readonly TokenKey[];
  readonly current: string | undefined;
}

export interface KeepTokenKeysDeps {
  readonly writer: ObjectWriter;
  readonly secrets: Overlay<Secret>;
  readonly namespace: string;
  readonly clock: Clock;
}

export async function keepTokenKeys(
  deps: KeepTokenKeysDeps,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Logger },
): Promise<void> {
  const before = parseTokenKeys(deps.secrets.get(`${deps.namespace}/${TOKEN_KEYS_SECRET}`));
  const nowMs = deps.clock.nowMs();
  const facts = before.keys.map(({ kid }) => ({ kid, createdAtMs: createdAtMsOf(kid) }));
  const actions = planTokenKeys({ keys: facts, current: before.current, nowMs });
  if (actions.length === 0) return;
  const after = actions.reduce((keys, action) => changeTokenKeys(keys, action, nowMs), before);
  const written = await deps.writer.apply(SECRETS, buildTokenKeysSecret(deps.namespace, after), { signal });
  deps.secrets.recordWritten(written);
  log.info({ actions }, 'the keys of join tokens were changed');
}

export function parseTokenKeys(secret: Secret | undefined): TokenKeySet {
  const keys = Object.keys(secret?.data ?? {})
    .filter((key) => key.endsWith(PRIVATE_SUFFIX))
    .flatMap((key) => {
      const kid = key.slice(0, -PRIVATE_SUFFIX.length);
      const privateKey = secretText(secret, key);
      const publicKey = secretText(secret, `${kid}${PUBLIC_SUFFIX}`);
      return privateKey === undefined || publicKey === undefined ? [] : [{ kid, privateKey, publicKey }];
    });
  return { keys, current: secretText(secret, CURRENT)?.trim() };
}

function buildTokenKeysSecret(namespace: string, { keys, current }: TokenKeySet): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: TOKEN_KEYS_SECRET, namespace, labels: { [APP_MANAGED_BY_LABEL]: MANAGED_BY } },
    type: 'Opaque',
    data: secretData({
      [CURRENT]: current ?? '',
      ...Object.fromEntries(
        keys.flatMap(({ kid, privateKey, publicKey }) => [
          [`${kid}${PRIVATE_SUFFIX}`, privateKey],
          [`${kid}${PUBLIC_SUFFIX}`, publicKey],
        ]),
      ),
    }),
  };
}

function changeTokenKeys(before: TokenKeySet, action: TokenKeyAction, nowMs: number): TokenKeySet {
  switch (action.type) {
    case 'AddKey': {
      const added = newTokenKey(nowMs);
      return { keys: [...before.keys, added], current: before.current ?? added.kid };
    }
    case 'UseKey':
      return { ...before, current: action.kid };
    case 'DropKey':
      return { ...before, keys: before.keys.filter(({ kid }) => kid !== action.kid) };
  }
}

function newTokenKey(nowMs: number): TokenKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { kid: `${nowMs.toString(36)}-${randomBytes(4).toString('hex')}`, privateKey, publicKey };
}

function createdAtMsOf(kid: string): number {
  const createdAtMs = Number.parseInt(kid.split('-')[0] ?? '', 36);
  return Number.isSafeInteger(createdAtMs) ? createdAtMs : 0;
}
