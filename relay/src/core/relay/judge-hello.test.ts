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

it('without certificates, still takes nobody for another node', () => {
  expect(judgeHello({ ...hello, node: 'node-b' }, { ...expected, provenName: undefined })).toBe('OtherRelay');
});
