import { ANNOUNCED_ADDRESS_ANNOTATION } from '@parley/crds/labels.js';
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';

/** A host's part in it; undefined where the host isn't known (yet). */
export interface HostAddresses {
  readonly annotations: Readonly<Record<string, string>>;
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
}

export interface AnnouncedAddressInput {
  readonly networking: Pick<SFUPoolSpec['networking'], 'mode' | 'announcedAddress'>;
  readonly podIP: string | undefined;
  readonly host: HostAddresses | undefined;
}

/** What clients are told; the annotation on the host wins. Empty: nobody could reach the node. */
export function announcedAddressesOf({ networking, podIP, host }: AnnouncedAddressInput): readonly string[] {
  if (networking.mode === 'PodIP') return podIP === undefined ? [] : [podIP];
  if (host === undefined) return [];
  const annotated = (host.annotations[ANNOUNCED_ADDRESS_ANNOTATION] ?? '')
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
  if (annotated.length > 0) return annotated;
  const ofType = (type: string): readonly string[] =>
    host.addresses.filter((entry) => entry.type === type).map(({ address }) => address);
  const external = networking.announcedAddress === 'InternalIP' ? [] : ofType('ExternalIP');
  if (external.length > 0 || networking.announcedAddress === 'ExternalIP') return external;
  return ofType('InternalIP');
}
