/** When certificates and authorities are made anew: at two thirds of their life, so that a third is left for what goes wrong. */
import type { CertificateState } from '../pool/world.js';

/** What is known of a certificate, kept beside it. */
export interface CertificateFacts {
  /** Fingerprint of the CA certificate that signed it. */
  readonly issuer: string;
  /** Fingerprint of the CA bundle that is stored with it. */
  readonly bundle: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface AuthorityFacts {
  /** Signs. */
  readonly current: string;
  /** Are still believed. */
  readonly bundle: string;
}

export function certificateStateOf(
  facts: CertificateFacts | undefined,
  authority: AuthorityFacts,
  nowMs: number,
): CertificateState {
  if (facts === undefined) return 'CertificateMissing';
  if (facts.issuer !== authority.current || facts.bundle !== authority.bundle) return 'CertificateUntrusted';
  return nowMs >= renewalAtMs(facts) ? 'CertificateExpiring' : 'Current';
}

export function renewalAtMs({ notBeforeMs, notAfterMs }: Pick<CertificateFacts, 'notBeforeMs' | 'notAfterMs'>): number {
  return notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3;
}

export interface KnownAuthority {
  readonly fingerprint: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export type AuthorityAction =
  /** A new authority, believed from now on and not signing yet: all parts must know it first. */
  | { readonly type: 'AddAuthority' }
  /** It signs from now on. */
  | { readonly type: 'PromoteAuthority'; readonly fingerprint: string }
  | { readonly type: 'DropAuthority'; readonly fingerprint: string };

export interface AuthorityWorld {
  /** Oldest first. */
  readonly authorities: readonly KnownAuthority[];
  /** Fingerprint of the one that signs. */
  readonly signing: string | undefined;
  readonly nowMs: number;
}

/** For so long a new authority is only believed: the time in which every part has read the new bundle. */
export const AUTHORITY_OVERLAP_MS = 86_400_000;

export function planAuthorities(world: AuthorityWorld): readonly AuthorityAction[] {
  const newest = world.authorities.at(-1);
  const signing = world.authorities.find(({ fingerprint }) => fingerprint === world.signing);
  if (newest === undefined || newest.notAfterMs <= world.nowMs) return [{ type: 'AddAuthority' }];
  if (signing === undefined) return [{ type: 'PromoteAuthority', fingerprint: newest.fingerprint }];
  const expired = world.authorities.filter(({ notAfterMs }) => notAfterMs <= world.nowMs);
  const drops = expired.map(({ fingerprint }): AuthorityAction => ({ type: 'DropAuthority', fingerprint }));
  if (newest !== signing) {
    const known = world.nowMs >= newest.notBeforeMs + AUTHORITY_OVERLAP_MS || signing.notAfterMs <= world.nowMs;
    return known ? [{ type: 'PromoteAuthority', fingerprint: newest.fingerprint }, ...drops] : drops;
  }
  return world.nowMs >= renewalAtMs(signing) ? [{ type: 'AddAuthority' }, ...drops] : drops;
}
