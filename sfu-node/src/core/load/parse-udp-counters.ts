export interface UdpCounters {
  readonly datagramsIn: number;
  readonly datagramsOut: number;
}

/** Linux's `/proc/net/snmp`: a line of names, then a line of values, for each protocol. Undefined for any other text. */
export function parseUdpCounters(snmp: string): UdpCounters | undefined {
  const [names, values] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Udp: '))
    .map((line) => line.split(/\s+/));
  const read = (name: string): number => Number(values?.[names?.indexOf(name) ?? -1]);
  const counters = { datagramsIn: read('InDatagrams'), datagramsOut: read('OutDatagrams') };
  return Number.isFinite(counters.datagramsIn) && Number.isFinite(counters.datagramsOut) ? counters : undefined;
}
