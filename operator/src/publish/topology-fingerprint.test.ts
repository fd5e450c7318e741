import { expect, it } from 'vitest';
import type { MeetingTopology } from '../core/topology/topology.js';
import { topologyFingerprint } from './topology-fingerprint.js';

const placement = {
  node: 'eu-0',
  pool: 'eu',
  region: 'eu',
  participantLimit: 40,
  grpcAddress: '192.0.2.1:7000',
  announcedAddresses: ['198.51.100.1'],
  draining: false,
  staying: 0,
  viewersOnly: false,
};
const topology: MeetingTopology = {
  meetingId: 'abc-defg-hij' as MeetingTopology['meetingId'],
  term: 3,
  epoch: 7,
  state: 'Placed',
  endReason: undefined,
  settings: {
    title: 'Daily',
    passcodeHash: '',
    webinar: false,
    speakerPasscodeHash: '',
    hostPasscodeHash: '',
    recordable: false,
    maxParticipants: 40,
    recordingAnnounced: false,
    namespace: 'default',
    name: 'daily',
  },
  placements: [placement],
  relays: [],
  taps: [],
};

it('is the same whichever leader decides, and however often', () => {
  expect(topologyFingerprint({ ...topology, term: 9, epoch: 1 })).toBe(topologyFingerprint(topology));
  const { settings, placements, ...rest } = topology;
  expect(topologyFingerprint({ placements, settings, ...rest })).toBe(topologyFingerprint(topology));
  expect(topologyFingerprint(topology)).toMatch(/^[\w-]{16}$/);
});

it.each<[string, Partial<MeetingTopology>]>([
  ['a setting', { settings: { ...topology.settings, passcodeHash: 'other' } }],
  ['a limit', { placements: [{ ...placement, participantLimit: 41 }] }],
  ['an address', { placements: [{ ...placement, announcedAddresses: ['198.51.100.2'] }] }],
  ['a drain', { placements: [{ ...placement, draining: true }] }],
  ['a relief', { placements: [{ ...placement, draining: true, staying: 3 }] }],
  ['a node for viewers', { placements: [{ ...placement, viewersOnly: true }] }],
  ['a relay', { relays: [{ dialer: 'eu-0', listener: 'us-0', kind: 'Peer' }] }],
  ['a tap', { taps: [{ recorder: 'record-daily-1', node: 'eu-0' }] }],
  ['an end', { state: 'Ended', endReason: 'Deleted' }],
])('%s makes it another', (_, change) => {
  expect(topologyFingerprint({ ...topology, ...change })).not.toBe(topologyFingerprint(topology));
});
