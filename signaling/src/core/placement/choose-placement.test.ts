import { create } from '@bufbuild/protobuf';
import { TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { describe, expect, test } from 'vitest';
import { choosePlacement, type PlacementWish } from './choose-placement.js';

const topology: Topology = create(TopologySchema, {
  meetingId: 'm',
  placements: [
    { node: 'eu-1', region: 'eu', participantLimit: 10, grpcAddress: 'eu-1:7000' },
    { node: 'eu-2', region: 'eu', participantLimit: 10, grpcAddress: 'eu-2:7000' },
    { node: 'us-1', region: 'us', participantLimit: 10, grpcAddress: 'us-1:7000' },
    { node: 'starting', region: 'eu', participantLimit: 10 },
    { node: 'going', region: 'asia', participantLimit: 10, grpcAddress: 'going:7000', draining: true },
  ],
});

interface Wish {
  readonly region?: string;
  readonly avoid?: readonly string[];
  readonly counts?: Readonly<Record<string, number>>;
}

const wish = ({ region = '', avoid = [], counts = {} }: Wish): PlacementWish => ({
  region,
  viewer: false,
  avoidNodes: new Set(avoid),
  participantsByNode: new Map(Object.entries(counts)),
});

test.each<[string, Wish, string]>([
  ['its region first', { region: 'us' }, 'us-1'],
  ['the fullest of its region, so that a meeting stays together', { region: 'eu', counts: { 'eu-2': 3 } }, 'eu-2'],
  ['not one that is full', { region: 'eu', counts: { 'eu-2': 10, 'eu-1': 2 } }, 'eu-1'],
  ['the fullest anywhere, without a wish', { counts: { 'us-1': 1 } }, 'us-1'],
  ['among equals the first by name', { region: 'eu' }, 'eu-1'],
  ['none that drains, though it is the fullest', { counts: { going: 9, 'us-1': 1 } }, 'us-1'],
  ['none that was out of reach', { region: 'eu', avoid: ['eu-1'] }, 'eu-2'],
])('uses %s', (_name, input, node) => {
  expect(choosePlacement(topology, wish(input))).toMatchObject({ type: 'Use', placement: { node } });
});

test.each<[string, Wish, string | undefined]>([
  ['its region has none: another with the most room', { region: 'asia', counts: { 'eu-1': 1, 'eu-2': 2 } }, 'us-1'],
  ['its region is full', { region: 'us', counts: { 'us-1': 10, 'eu-1': 1 } }, 'eu-2'],
  [
    'all are full: the least overfull, as the node has the last word',
    { counts: { 'eu-1': 12, 'eu-2': 11, 'us-1': 13 } },
    'eu-2',
  ],
  ['all are full, and one drains: not that one', { counts: { 'eu-1': 11, 'eu-2': 12, 'us-1': 13 } }, 'eu-1'],
  ['only one that drains is in reach: that one', { avoid: ['eu-1', 'eu-2', 'us-1'] }, 'going'],
  ['all are out of reach: none', { avoid: ['eu-1', 'eu-2', 'us-1', 'going'] }, undefined],
])('asks the operator, with a fallback for when it is away (law 1): %s', (_name, input, node) => {
  const choice = choosePlacement(topology, wish(input));
  expect(choice.type).toBe('AskOperator');
  expect(choice.type === 'AskOperator' ? choice.fallback?.node : 'none').toBe(node);
});

test('a meeting that is not known is the operator’s to place', () => {
  expect(choosePlacement(undefined, wish({}))).toEqual({ type: 'AskOperator', fallback: undefined });
});

describe('in a webinar', () => {
  const webinar = create(TopologySchema, {
    placements: [
      { node: 'speakers', region: 'eu', participantLimit: 10, grpcAddress: 'speakers:7000' },
      { node: 'viewers', region: 'eu', participantLimit: 10, grpcAddress: 'viewers:7000', viewersOnly: true },
    ],
  });
  test.each<[string, boolean, Wish, object]>([
    [
      'a viewer goes where viewers are, and leaves room for speakers',
      true,
      {},
      { type: 'Use', placement: { node: 'viewers' } },
    ],
    [
      'a viewer goes to the speakers when there is no other room',
      true,
      { counts: { viewers: 10 } },
      { type: 'Use', placement: { node: 'speakers' } },
    ],
    ['a speaker goes where speakers are', false, {}, { type: 'Use', placement: { node: 'speakers' } }],
    [
      'a speaker never goes where only viewers are',
      false,
      { avoid: ['speakers'] },
      { type: 'AskOperator', fallback: undefined },
    ],
  ])('%s', (_, viewer, input, choice) => {
    expect(choosePlacement(webinar, { ...wish(input), viewer })).toMatchObject(choice);
  });
});
