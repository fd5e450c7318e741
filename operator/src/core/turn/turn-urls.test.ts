import { expect, test } from 'vitest';
import { turnUrlsOf } from './turn-urls.js';

const tls = { secretRef: { name: 'turn-tls' }, port: 443 };

test('UDP, then TCP, at each address', () => {
  expect(turnUrlsOf({ port: 3478 }, ['203.0.113.5', '2001:db8::5'])).toEqual([
    'turn:203.0.113.5:3478?transport=udp',
    'turn:203.0.113.5:3478?transport=tcp',
    'turn:[2001:db8::5]:3478?transport=udp',
    'turn:[2001:db8::5]:3478?transport=tcp',
  ]);
});

test.each([
  ['an address in a domain', '203.0.113.5', 'turn.example.com', 'turns:203-0-113-5.turn.example.com:443?transport=tcp'],
  [
    'an IPv6 address in a domain',
    '2001:db8::5',
    'turn.example.com',
    'turns:2001-db8-5.turn.example.com:443?transport=tcp',
  ],
  [
    'a name, which needs no domain',
    'turn-a.example.com',
    'turn.example.com',
    'turns:turn-a.example.com:443?transport=tcp',
  ],
  ['an address without a domain', '203.0.113.5', undefined, 'turns:203.0.113.5:443?transport=tcp'],
])('TLS: %s', (_, address, domain, url) => {
  const spec = { port: 3478, tls: { ...tls, ...(domain !== undefined && { domain }) } };
  expect(turnUrlsOf(spec, [address]).at(-1)).toBe(url);
});
