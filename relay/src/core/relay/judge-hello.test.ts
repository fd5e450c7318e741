import { RelayKind } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { expect, it } from 'vitest';
import { judgeHello, type ExpectedHello, type Hello } from './judge-hello.js';

const expected: ExpectedHello = {
  meetingId: 'abc-defg-hij',
  peer: 'node-a',
  kind: RelayKind.PEER,
  term: 2,
  epoch: 5,
  provenName: 'node-a',
};
const hello: Hello = { meetingId: 'abc-defg-hij', node: 'node-a', kind: RelayKind.PEER, term: 2, epoch: 5 };

it.each([
  ['lets in who has the same topology', {}, undefined],
  ['lets in who has a newer one, as long as ours has the relay too', { term: 3, epoch: 1 }, undefined],
  ['refuses an older epoch', { epoch: 4 }, 'StaleEpoch'],
  ['refuses an older term, though its epoch is higher', { term: 1, epoch: 9 }, 'StaleEpoch'],
  ['refuses another kind of relay', { kind: RelayKind.LEAF }, 'OtherRelay'],
  ['refuses another node', { node: 'node-b' }, 'NotItself'],
] as const)('%s', (_, change, refusal) => {
  expect(judgeHello({ ...hello, ...change }, expected)).toBe(refusal);
});

it.each([
  ['lets in a recorder with the certificate of its recording', 'daily-1a2b-1-x7k2p', 'daily-1a2b', undefined],
  ['refuses a recorder with that of another', 'daily-1a2b-1-x7k2p', 'daily-9z8y', 'NotItself'],
  ['refuses one whose name only looks alike', 'daily-1a2bc-1-x7k2p', 'daily-1a2b', 'NotItself'],
] as const)('%s', (_, node, provenName, refusal) => {
  const tap = { ...hello, node, kind: RelayKind.TAP };
  expect(judgeHello(tap, { ...expected, peer: node, kind: RelayKind.TAP, provenName })).toBe(refusal);
});

it('lets in no node by a part of its name', () => {
  const part = { ...expected, peer: 'node-a', provenName: 'node' };
  expect(judgeHello(hello, part)).toBe('NotItself');
});

it('without certificates, still takes nobody for another node', () => {
  expect(judgeHello({ ...hello, node: 'node-b' }, { ...expected, provenName: undefined })).toBe('OtherRelay');
});
