import { create } from '@bufbuild/protobuf';
import { EndReason, MeetingState, TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { expect, test } from 'vitest';
import { createTopologyDirectory, type TopologyDirectory, type TopologyFeed } from './topology-directory.js';

interface World {
  redis: Topology | null | undefined;
  synced: boolean;
  nowMs: number;
}

function aDirectory(world: Partial<World> = {}): { directory: TopologyDirectory & TopologyFeed; world: World } {
  const state: World = { redis: undefined, synced: false, nowMs: 0, ...world };
  const directory = createTopologyDirectory({
    fetch: () => Promise.resolve(state.redis),
    isSynced: () => state.synced,
    nowMs: () => state.nowMs,
    maxMeetings: 3,
    tombstoneMs: 1_000,
  });
  return { directory, world: state };
}

const aTopology = (epoch: number, more: { meetingId?: string; state?: MeetingState } = {}): Topology =>
  create(TopologySchema, { meetingId: 'm', term: 1, epoch, state: MeetingState.PLACED, ...more });

test('the highest epoch wins, whoever told it', async () => {
  const { directory } = aDirectory();
  directory.offer(aTopology(2));
  directory.offer(aTopology(1));
  expect(await directory.find('m')).toMatchObject({ type: 'Found', topology: { epoch: 2 } });
});

test('listeners hear of each newer one, once', () => {
  const { directory } = aDirectory();
  const heard: number[] = [];
  const stop = directory.onChange(({ epoch }) => heard.push(epoch));
  for (const epoch of [1, 1, 3, 2]) directory.offer(aTopology(epoch));
  stop();
  directory.offer(aTopology(4));
  expect(heard).toEqual([1, 3]);
});

test.each([
  ['Redis has it', { redis: aTopology(1) }, 'Found'],
  ['Redis has it as ended', { redis: aTopology(1, { state: MeetingState.ENDED }) }, 'Ended'],
  ['Redis says that there is none', { redis: null }, 'Unknown'],
  ['Redis is away, but the operator has told everything', { synced: true }, 'Unknown'],
  ['Redis and the operator are away', {}, 'Unreachable'],
] as const)('what memory does not hold: %s', async (_name, world, type) => {
  expect((await aDirectory(world).directory.find('m')).type).toBe(type);
});

test('a removed meeting says for a while why, and is unknown then', async () => {
  const { directory, world } = aDirectory({ synced: true });
  directory.offer(aTopology(1));
  directory.remove({ ...aTopology(1), endReason: EndReason.DELETED });
  expect(await directory.find('m')).toMatchObject({ type: 'Ended', topology: { endReason: EndReason.DELETED } });
  world.nowMs = 1_000;
  expect((await directory.find('m')).type).toBe('Unknown');
});

test('what a new leader does not tell of is gone, but not what was told meanwhile', async () => {
  const { directory, world } = aDirectory({ synced: true });
  directory.offer(aTopology(1, { meetingId: 'old' }));
  world.nowMs = 10;
  directory.offer(aTopology(1, { meetingId: 'new' }));
  directory.retainOnly(new Set(), 10);
  expect((await directory.find('old')).type).toBe('Ended');
  expect((await directory.find('new')).type).toBe('Found');
});

test('law 6: so many are remembered, the longest unchanged forgotten first', async () => {
  const { directory } = aDirectory({ synced: true });
  for (const meetingId of ['a', 'b', 'c', 'd']) directory.offer(aTopology(1, { meetingId }));
  expect((await directory.find('a')).type).toBe('Unknown');
  expect((await directory.find('d')).type).toBe('Found');
});
