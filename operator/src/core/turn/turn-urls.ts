import type { TurnSpec } from '@parley/crds/sfu-pool.js';

/** As in RTCIceServer.urls: the quickest way first. Addresses are those that the host announces. */
export function turnUrlsOf(spec: Pick<TurnSpec, 'port' | 'tls'>, addresses: readonly string[]): readonly string[] {
  return addresses.flatMap((address) => {
    const host = address.includes(':') ? `[${address}]` : address;
    const plain = `turn:${host}:${String(spec.port)}?transport=`;
    return [`${plain}udp`, `${plain}tcp`, ...(spec.tls === undefined ? [] : [tlsUrl(spec.tls, address, host)])];
  });
}

function tlsUrl({ port, domain }: NonNullable<TurnSpec['tls']>, address: string, host: string): string {
  const isName = /[a-z]/i.test(address) && !address.includes(':');
  const name = domain === undefined || isName ? host : `${address.replaceAll(/[.:]+/g, '-')}.${domain}`;
  return `turns:${name}:${String(port)}?transport=tcp`;
}
