import { expect, it } from 'vitest';
import { ratePerSecond } from './counter-rate.js';
import { parseUdpCounters } from './parse-udp-counters.js';
import { summarizeWorkers } from './summarize-workers.js';

it.each([
  ['the first reading says nothing', undefined, { value: 100, atMs: 1_000 }, 0],
  ['half a second', { value: 100, atMs: 1_000 }, { value: 150, atMs: 1_500 }, 100],
  ['a counter that began anew', { value: 100, atMs: 1_000 }, { value: 10, atMs: 2_000 }, 0],
  ['a clock that stood still', { value: 100, atMs: 1_000 }, { value: 200, atMs: 1_000 }, 0],
])('rate: %s', (_, before, after, rate) => {
  expect(ratePerSecond(before, after)).toBe(rate);
});

it('reads datagrams from the names, wherever they stand', () => {
  const snmp = [
    'Tcp: RtoAlgorithm InSegs',
    'Tcp: 1 5',
    'Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors',
    'Udp: 12 1 2 34 0',
    'UdpLite: InDatagrams OutDatagrams',
    'UdpLite: 7 8',
  ].join('\n');
  expect(parseUdpCounters(snmp)).toEqual({ datagramsIn: 12, datagramsOut: 34 });
  expect(parseUdpCounters('')).toBeUndefined();
});

it.each([
  ['none', [], { max: 0, mean: 0 }],
  ['some', [0.25, 0.75], { max: 0.75, mean: 0.5 }],
  ['a measure above one core', [1.2, 0], { max: 1, mean: 0.5 }],
])('worker CPU: %s', (_, shares, summary) => {
  expect(summarizeWorkers(shares)).toEqual(summary);
});
