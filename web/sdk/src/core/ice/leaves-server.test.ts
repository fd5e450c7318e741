import { expect, test } from 'vitest';
import { leavesServer } from './leaves-server.js';

const servers = [
  { urls: 'stun:stun.example.com' },
  { urls: ['turn:203.0.113.5:3478', 'turns:turn.example.com:5349?transport=tcp'] },
];

test.each([
  ['nothing is relayed', [], false],
  ['a server that is still there', ['turn:203.0.113.5:3478?transport=udp'], false],
  ['the same, over TLS', ['turns:turn.example.com:5349?transport=tcp'], false],
  ['a server that is not among them', ['turn:203.0.113.6:3478?transport=udp'], true],
  ['one of two', ['turn:203.0.113.5:3478?transport=udp', 'turn:203.0.113.6:3478?transport=udp'], true],
  [
    'another transport of the same server, which is not offered any more',
    ['turn:203.0.113.5:3478?transport=tcp'],
    true,
  ],
])('%s', (_, urls, leaves) => {
  expect(leavesServer(urls, servers)).toBe(leaves);
});
