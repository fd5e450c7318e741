import { expect, test } from 'vitest';
import { turnPeersOf } from './turn-peers.js';

test('each address once, in order, and no names', () => {
  const peers = turnPeersOf(['10.1.0.2', '2001:db8::1', '10.1.0.1', 'media.example.com', '10.1.0.2']);
  expect(peers.addresses).toEqual(['10.1.0.1', '10.1.0.2', '2001:db8::1']);
});

test('the same addresses are the same version, in whatever order', () => {
  expect(turnPeersOf(['10.1.0.2', '10.1.0.1']).version).toBe(turnPeersOf(['10.1.0.1', '10.1.0.2']).version);
  expect(turnPeersOf(['10.1.0.2']).version).not.toBe(turnPeersOf(['10.1.0.1']).version);
  expect(turnPeersOf([]).version).not.toBe('');
});
