/** Issues certificates with the authority that signs now; knows the authorities from their Secret in the operator's namespace. */
import type { PeerIdentity } from '@parley/proto/peer-identity.js';
import type { CertificateFacts } from '../core/certificates/plan.js';
import { certificateStateOf } from '../core/certificates/plan.js';
import type { CertificateState } from '../core/pool/world.js';
import type { Clock } from '../kube/clock.js';
import type { ObjectCache } from '../kube/object-cache.js';
import type { Secret } from '../resources/secret-resource.js';
import { bundleFingerprint, issueCertificate, type IssuedCertificate } from './authority.js';
import { AUTHORITY_SECRET, parseAuthorities, type Authorities } from './authority-secret.js';

export interface CertificateIssuer {
  authorities(): Authorities;
  /** Undefined while there is no authority. */
  issue(identity: PeerIdentity): Promise<IssuedCertificate | undefined>;
  stateOf(facts: CertificateFacts | undefined): CertificateState;
}

export interface CertificateIssuerDeps {
  /** Of the operator's own namespace. */
  readonly secrets: ObjectCache<Secret>;
  readonly namespace: string;
  readonly clock: Clock;
}

export function createCertificateIssuer({ secrets, namespace, clock }: CertificateIssuerDeps): CertificateIssuer {
  let parsed: { readonly version: string | undefined; readonly authorities: Authorities } | undefined;
  const authorities = (): Authorities => {
    const secret = secrets.get(`${namespace}/${AUTHORITY_SECRET}`);
    const version = secret?.metadata.resourceVersion;
    if (parsed === undefined || parsed.version !== version) parsed = { version, authorities: parseAuthorities(secret) };
    return parsed.authorities;
  };
  return {
    authorities,
    issue: async (identity) => {
      const { all, signing } = authorities();
      const authority = all.find(({ fingerprint }) => fingerprint === signing);
      return authority === undefined ? undefined : issueCertificate(authority, identity, clock.nowMs());
    },
    stateOf: (facts) => {
      const { all, signing } = authorities();
      return certificateStateOf(facts, { current: signing ?? '', bundle: bundleFingerprint(all) }, clock.nowMs());
    },
  };
}
