import { fromJsonString } from '@bufbuild/protobuf';
import { EndReason, MeetingState, TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './cluster-client.js';
import { startRedis, type RedisServer } from './redis-server.js';
import { createTestBed, paths, type TestBed } from './test-bed.js';

describe('how meetings end', () => {
  let bed: TestBed;
  let redis: RedisServer;
  const published: Topology[] = [];

  beforeAll(async () => {
    bed = await createTestBed();
    redis = await startRedis();
    const subscriber = redis.client.duplicate();
    subscriber.on('error', () => undefined);
    subscriber.on('message', (_, json) => published.push(fromJsonString(TopologySchema, json)));
    await subscriber.connect().catch(() => undefined);
    await subscriber.subscribe('parley:topologies');
    await redis.client.set('parley:topology:old-rest-xyz', '{}');
    await bed.createHost('host-a');
    bed.startOperator({ redisUrl: redis.url });
    await bed.createPool('eu', { region: 'eu' });
    await bed.runPod('eu-0');
    await eventually(async () => expect((await bed.pool('eu')).status).toMatchObject({ readyReplicas: 1 }));
    return () => subscriber.disconnect();
  });
  afterAll(async () => {
    await bed.close();
    await redis.close();
  });

  const placed = async (name: string, spec: object = {}): Promise<string> => {
    const { id } = await bed.createMeeting(name, spec);
    await eventually(async () => expect((await bed.meeting(name)).status?.['phase']).toBe('Placed'));
    return id;
  };
  const inRedis = async (id: string): Promise<Topology | undefined> => {
    const json = await redis.client.get(`parley:topology:${id}`);
    return json === null ? undefined : fromJsonString(TopologySchema, json);
  };
  const node = () => bed.nodes.get('eu-0')!;

  test('what nobody knows any more is swept from Redis at the start', async () => {
    await eventually(async () => expect(await redis.client.exists('parley:topology:old-rest-xyz')).toBe(0));
  });

  test('spec.ended: the node closes it, status and Redis say why, and it stays ended', async () => {
    const id = await placed('by-spec');
    await eventually(async () => expect(await inRedis(id)).toMatchObject({ state: MeetingState.PLACED }));
    await bed.cluster.merge(paths.meeting('by-spec'), { spec: { ended: true } });
    await eventually(async () => {
      const { status } = await bed.meeting('by-spec');
      expect(status).toMatchObject({
        phase: 'Ended',
        endReason: 'EndedByHost',
        endedAt: expect.any(String) as string,
        epoch: 2,
      });
      // Where server-side apply takes the last item, the list may go with it.
      expect(status?.['placements'] ?? []).toEqual([]);
    });
    expect(node().topologies.has(id)).toBe(false);
    expect(node().applied.at(-1)).toMatchObject({ state: MeetingState.ENDED, endReason: EndReason.ENDED_BY_HOST });
    await eventually(async () => expect(await inRedis(id)).toMatchObject({ state: MeetingState.ENDED }));
  });

  test('deletion: nothing remains on the node or in Redis, and who listens is told why', async () => {
    const id = await placed('by-deletion');
    await eventually(async () => expect(await inRedis(id)).toBeDefined());
    await bed.cluster.delete(paths.meeting('by-deletion'));
    await eventually(() => expect(node().topologies.has(id)).toBe(false));
    await eventually(async () => expect(await inRedis(id)).toBeUndefined());
    expect(published.filter(({ meetingId }) => meetingId === id).at(-1)).toMatchObject({
      state: MeetingState.ENDED,
      endReason: EndReason.DELETED,
    });
  });

  test('time to live: the resource goes so long after the end, and not before', async () => {
    const id = await placed('by-ttl', { ttlSecondsAfterEnd: 2 });
    await bed.cluster.merge(paths.meeting('by-ttl'), { spec: { ended: true } });
    const endedAt = Date.now();
    await eventually(async () => expect(await bed.cluster.get(paths.meeting('by-ttl'))).toBeUndefined());
    // Times in statuses are whole seconds.
    expect(Date.now() - endedAt).toBeGreaterThan(900);
    await eventually(async () => expect(await inRedis(id)).toBeUndefined());
    expect(published.filter(({ meetingId }) => meetingId === id).at(-1)).toMatchObject({
      endReason: EndReason.EXPIRED,
    });
  });

  test('one made anew under the same name is another meeting', async () => {
    const before = await placed('phoenix');
    await bed.cluster.delete(paths.meeting('phoenix'));
    const after = await placed('phoenix');
    expect(after).not.toBe(before);
    await eventually(() => expect([...node().topologies.keys()]).toContain(after));
    expect(node().topologies.has(before)).toBe(false);
  });

  test('Redis comes back empty: everything is written again', async () => {
    const id = await placed('survivor');
    await eventually(async () => expect(await inRedis(id)).toBeDefined());
    await redis.stop();
    const later = await placed('during');
    await redis.start();
    await eventually(async () => {
      expect(await inRedis(id)).toMatchObject({ state: MeetingState.PLACED });
      expect(await inRedis(later)).toMatchObject({ state: MeetingState.PLACED });
    });
  });
});
