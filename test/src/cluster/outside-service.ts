/** What runs on this machine, as the cluster's pods reach it: a Service with an address of ours behind it. */
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { serviceAddresses } from './installation.js';
import { applyObjects } from './kubectl.js';

/** This machine's address in the network of the cluster's hosts; undefined: it is in none of theirs. */
export async function machineAddress(): Promise<string | undefined> {
  const hosts = (await serviceAddresses()).map((address) => numberOf(address.split(':')[0] ?? ''));
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, internal }) => !internal && isIPv4(address))
    .find(({ address, netmask }) => {
      const mask = numberOf(netmask);
      return hosts.some((host) => (host & mask) === (numberOf(address) & mask));
    })?.address;
}

export interface OutsideService {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  /** Where it is on this machine, such as http://172.30.1.1:40123. */
  readonly url: string;
}

export async function serveFromOutside({ name, namespace, port, url }: OutsideService): Promise<void> {
  const { hostname, port: targetPort } = new URL(url);
  await applyObjects([
    { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ port }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [hostname] }],
      ports: [{ port: Number(targetPort) }],
    },
  ]);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => (sum << 8) | Number(part), 0);
}
