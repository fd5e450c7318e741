import { create } from '@bufbuild/protobuf';
import { RelayKind, TapSchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { expect, it } from 'vitest';
import { planNextHops } from './next-hop.js';

const { PEER, LEAF } = RelayKind;
const relay = (dialer: string, listener: string, kind: RelayKind) =>
  ({ dialer, listener, kind }) as Parameters<typeof planNextHops>[0]['relays'][number];

/** Two hubs with two leaves each. */
const relays = [
  relay('eu', 'us', PEER),
  relay('eu-1', 'eu', LEAF),
  relay('eu-2', 'eu', LEAF),
  relay('us-1', 'us', LEAF),
  relay('us-2', 'us', LEAF),
];

const taps = [create(TapSchema, { recorder: 'recorder', node: 'us-1' })];

it.each([
  ['a leaf gets everything by its hub', 'eu-1', { eu: 'eu', 'eu-2': 'eu', us: 'eu', 'us-1': 'eu', 'us-2': 'eu' }],
  [
    'a hub gets its leaves’ by them, and others’ by their hubs',
    'eu',
    { 'eu-1': 'eu-1', 'eu-2': 'eu-2', us: 'us', 'us-1': 'us', 'us-2': 'us' },
  ],
  [
    'a recorder gets everything by its node',
    'recorder',
    { eu: 'us-1', 'eu-1': 'us-1', 'eu-2': 'us-1', us: 'us-1', 'us-1': 'us-1', 'us-2': 'us-1' },
  ],
  ['who has no relay gets nothing of the other side', 'stranger', {}],
])('%s', (_, self, hops) => {
  const planned = Object.fromEntries(planNextHops({ relays, taps }, self));
  if (self !== 'stranger') expect(planned).toEqual(hops);
  else expect(planned).not.toHaveProperty('eu');
});
