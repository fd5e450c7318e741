import { canonical } from '../pool/canonical.js';
import { fingerprintOf } from '../pool/fingerprint.js';

/** Whom clients may be relayed to. */
export interface TurnPeers {
  readonly version: string;
  readonly addresses: readonly string[];
}

/** Names are left out: coturn knows addresses only. */
export function turnPeersOf(announced: Iterable<string>): TurnPeers {
  const addresses = [...new Set(announced)].filter(isAddress).toSorted();
  return { version: fingerprintOf(JSON.stringify(canonical(addresses))), addresses };
}

function isAddress(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || (text.includes(':') && /^[0-9a-f:.]+$/i.test(text));
}
