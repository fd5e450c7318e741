import type { types } from 'mediasoup';
import { expect, it } from 'vitest';
import { announceCandidates } from './announce-candidates.js';

const udp: types.IceCandidate = {
  foundation: 'udpcandidate',
  priority: 1_076_558_079,
  ip: '10.0.0.5',
  address: '10.0.0.5',
  protocol: 'udp',
  port: 40_001,
  type: 'host',
};
const tcp: types.IceCandidate = {
  ...udp,
  foundation: 'tcpcandidate',
  priority: 1_076_302_079,
  protocol: 'tcp',
  tcpType: 'passive',
};

it('shows each announced address at the listening port, the first preferred, UDP before TCP', () => {
  const candidates = announceCandidates([udp, tcp], ['203.0.113.7', 'sfu.example.com']);

  expect(candidates.map(({ address, ip, port, protocol }) => [address, ip, port, protocol])).toEqual([
    ['203.0.113.7', '203.0.113.7', 40_001, 'udp'],
    ['203.0.113.7', '203.0.113.7', 40_001, 'tcp'],
    ['sfu.example.com', 'sfu.example.com', 40_001, 'udp'],
    ['sfu.example.com', 'sfu.example.com', 40_001, 'tcp'],
  ]);
  const byPriority = candidates.toSorted((a, b) => b.priority - a.priority);
  expect(byPriority.map(({ address, protocol }) => `${address} ${protocol}`)).toEqual([
    '203.0.113.7 udp',
    'sfu.example.com udp',
    '203.0.113.7 tcp',
    'sfu.example.com tcp',
  ]);
  expect(new Set(candidates.map(({ foundation }) => foundation)).size).toBe(4);
});

it('shows what is listened on when nothing is announced', () => {
  expect(announceCandidates([udp, tcp], [])).toEqual([udp, tcp]);
});
