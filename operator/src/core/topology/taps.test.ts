import { describe, expect, it, test } from 'vitest';
import type { Placement, Tap } from './topology.js';
import { MAX_TAPS, planTaps, type TapAction, type TapWorld } from './taps.js';

const on = (node: string, shape: Partial<Placement> = {}): Placement => ({
  node,
  pool: 'eu',
  region: 'eu',
  participantLimit: 40,
  grpcAddress: `${node}:7000`,
  announcedAddresses: [],
  draining: false,
  staying: 0,
  viewersOnly: false,
  ...shape,
});
const tap = (node: string, recorder = 'r-1'): Tap => ({ recorder, node });
const people: Readonly<Record<string, number>> = { a: 3, b: 5, c: 5 };

const aWorld = (world: Partial<TapWorld> & { readonly lost?: readonly string[] } = {}): TapWorld => ({
  recorders: ['r-1'],
  placements: [on('a'), on('b'), on('c')],
  previous: [],
  isLost: (node) => world.lost?.includes(node) === true,
  peopleOn: (node) => people[node] ?? 0,
  ...world,
});
const said = (action: TapAction): string =>
  [action.type, action.recorder, ...(action.type === 'PlaceTap' ? [action.node] : []), action.reason].join(' ');
const decided = (world: TapWorld): readonly [readonly string[], readonly string[]] => {
  const { taps, actions } = planTaps(world);
  return [taps.map(({ recorder, node }) => `${recorder}@${node}`), actions.map(said)];
};

describe('a recorder', () => {
  it.each<readonly [string, Parameters<typeof aWorld>[0], readonly string[], readonly string[]]>([
    ['comes to the node with most people, of equals the first', {}, ['r-1@b'], ['PlaceTap r-1 b RecorderCame']],
    ['stays where it is though others have more people', { previous: [tap('a')] }, ['r-1@a'], []],
    [
      'rather hangs on a node that speakers are on',
      { placements: [on('a'), on('b', { viewersOnly: true })] },
      ['r-1@a'],
      ['PlaceTap r-1 a RecorderCame'],
    ],
    [
      'leaves a node that is to go, or is relieved',
      { previous: [tap('b')], placements: [on('a'), on('b', { draining: true, staying: 3 })] },
      ['r-1@a'],
      ['PlaceTap r-1 a TapLeavesNode'],
    ],
    [
      'leaves a lost node, while the meeting still has it',
      { previous: [tap('b')], lost: ['b'] },
      ['r-1@c'],
      ['PlaceTap r-1 c TapLostNode'],
    ],
    [
      'leaves a node that the meeting has left',
      { previous: [tap('b')], placements: [on('a'), on('c')] },
      ['r-1@c'],
      ['PlaceTap r-1 c TapLostNode'],
    ],
    [
      'comes to a node that goes where there is no other',
      { placements: [on('a', { draining: true })] },
      ['r-1@a'],
      ['PlaceTap r-1 a RecorderCame'],
    ],
    [
      'rather to one that goes than to one that is lost',
      { placements: [on('b'), on('a', { draining: true })], lost: ['b'] },
      ['r-1@a'],
      ['PlaceTap r-1 a RecorderCame'],
    ],
    [
      'stays on a node that goes where no other serves',
      { previous: [tap('a')], placements: [on('a', { draining: true }), on('b')], lost: ['b'] },
      ['r-1@a'],
      [],
    ],
    [
      'is left out when it records no longer',
      { previous: [tap('a')], recorders: [] },
      [],
      ['RemoveTap r-1 TapNotNeeded'],
    ],
    [
      'waits while the meeting has no node',
      { previous: [tap('a')], placements: [] },
      [],
      ['RemoveTap r-1 TapLostNode'],
    ],
    ['stays while nobody knows who records', { previous: [tap('a')], recorders: undefined }, ['r-1@a'], []],
    [
      'leaves a lost node all the same',
      { previous: [tap('a')], recorders: undefined, lost: ['a'] },
      ['r-1@b'],
      ['PlaceTap r-1 b TapLostNode'],
    ],
    [
      'takes the place of another',
      { previous: [tap('a', 'r-0')] },
      ['r-1@b'],
      ['RemoveTap r-0 TapNotNeeded', 'PlaceTap r-1 b RecorderCame'],
    ],
  ])('%s', (_, world, taps, actions) => {
    expect(decided(aWorld(world))).toEqual([taps, actions]);
  });
});

test('one too many takes the place of none', () => {
  const known = Array.from({ length: MAX_TAPS }, (_, index) => `r-${String(index + 1)}`);
  const { taps } = planTaps(
    aWorld({ recorders: ['r-0', ...known, 'r-1'], previous: known.map((name) => tap('a', name)) }),
  );
  expect(taps.map(({ recorder }) => recorder)).toEqual(known);
});
