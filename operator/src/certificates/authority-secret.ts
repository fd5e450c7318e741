/** The Secret in which the leader keeps the authorities: `signing` names the one that signs; `<fingerprint>.crt` and `.key` are each one's. */
import type { V1Secret } from '@kubernetes/client-node';
import { APP_MANAGED_BY_LABEL } from '@parley/crds/labels.js';
import { secretData, secretText, type Secret } from '../resources/secret-resource.js';
import { parseAuthority, type Authority } from './authority.js';

export const AUTHORITY_SECRET = 'parley-ca';
export const MANAGED_BY = 'parley-operator';

export interface Authorities {
  /** Oldest first; all are believed. */
  readonly all: readonly Authority[];
  readonly signing: string | undefined;
}

/** One that cannot be read is left out: it is replaced like one that has expired. */
export function parseAuthorities(secret: Secret | undefined): Authorities {
  const all = Object.keys(secret?.data ?? {})
    .filter((key) => key.endsWith('.crt') && key !== 'ca.crt')
    .flatMap((key) => {
      const certificate = secretText(secret, key);
      const privateKey = secretText(secret, `${key.slice(0, -'.crt'.length)}.key`);
      return certificate === undefined || privateKey === undefined ? [] : readAuthority({ certificate, privateKey });
    })
    .toSorted((a, b) => a.notBeforeMs - b.notBeforeMs || (a.fingerprint < b.fingerprint ? -1 : 1));
  return { all, signing: secretText(secret, 'signing') };
}

function readAuthority(pem: { readonly certificate: string; readonly privateKey: string }): Authority[] {
  try {
    return [parseAuthority(pem)];
  } catch {
    return [];
  }
}

export function buildAuthoritySecret(namespace: string, { all, signing }: Authorities): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: AUTHORITY_SECRET, namespace, labels: { [APP_MANAGED_BY_LABEL]: MANAGED_BY } },
    type: 'Opaque',
    data: secretData({
      signing: signing ?? '',
      'ca.crt': bundleOf(all),
      ...Object.fromEntries(
        all.flatMap(({ fingerprint, certificate, privateKey }) => [
          [`${fingerprint}.crt`, certificate],
          [`${fingerprint}.key`, privateKey],
        ]),
      ),
    }),
  };
}

export function bundleOf(authorities: readonly Authority[]): string {
  return authorities.map(({ certificate }) => `${certificate.trim()}\n`).join('');
}
