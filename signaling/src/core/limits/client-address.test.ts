import { expect, test } from 'vitest';
import { clientAddress } from './client-address.js';

interface Case {
  readonly socket: string;
  readonly header?: string;
  readonly hops: number;
  readonly address: string;
}

test.each<[string, Case]>([
  [
    'without a proxy, what a client claims is not believed',
    { socket: '192.0.2.1', header: '10.0.0.1', hops: 0, address: '192.0.2.1' },
  ],
  ['one proxy: what it appended', { socket: '10.0.0.9', header: '6.6.6.6, 192.0.2.1', hops: 1, address: '192.0.2.1' }],
  ['two proxies', { socket: '10.0.0.9', header: '6.6.6.6, 192.0.2.1, 10.0.0.8', hops: 2, address: '192.0.2.1' }],
  [
    'fewer entries than proxies: the leftmost',
    { socket: '10.0.0.9', header: '192.0.2.1', hops: 3, address: '192.0.2.1' },
  ],
  ['no header', { socket: '10.0.0.9', hops: 1, address: '10.0.0.9' }],
])('%s', (_name, { socket, header, hops, address }) => {
  expect(clientAddress(socket, header, hops)).toBe(address);
});
