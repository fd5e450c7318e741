/**
 * Packets a second, from the kernel's UDP counters of this network namespace: one small file, whatever the number of
 * transports (mediasoup counts no packets by transport). A pod has a namespace of its own; on a host's network the rest of
 * the host's UDP counts too. 0 where the kernel isn't Linux.
 */
import { readFile } from 'node:fs/promises';
import { ratePerSecond } from '../core/load/counter-rate.js';
import { parseUdpCounters, type UdpCounters } from '../core/load/parse-udp-counters.js';

export interface PacketRates {
  readonly egressPacketsPerSecond: number;
  readonly ingressPacketsPerSecond: number;
}

export interface DatagramRates {
  sample(nowMs: number): Promise<PacketRates>;
}

export function createDatagramRates(countersFile = '/proc/self/net/snmp'): DatagramRates {
  let before: (UdpCounters & { readonly atMs: number }) | undefined;
  return {
    async sample(nowMs): Promise<PacketRates> {
      const counters = parseUdpCounters(await readFile(countersFile, 'utf8').catch(() => ''));
      if (counters === undefined) return { egressPacketsPerSecond: 0, ingressPacketsPerSecond: 0 };
      const rate = (name: keyof UdpCounters): number =>
        ratePerSecond(before && { value: before[name], atMs: before.atMs }, { value: counters[name], atMs: nowMs });
      const rates = { egressPacketsPerSecond: rate('datagramsOut'), ingressPacketsPerSecond: rate('datagramsIn') };
      before = { ...counters, atMs: nowMs };
      return rates;
    },
  };
}
