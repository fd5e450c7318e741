import { toJsonString } from '@bufbuild/protobuf';
import { TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, postJoin, until } from '../fakes/client.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startRedis, type RedisServer } from '../fakes/redis-server.js';
import { startReplica, type Replica } from '../fakes/replica.js';

let redis: RedisServer;
let node: FakeNode;
let operator: FakeOperator;
let replica: Replica;

beforeAll(async () => {
  redis = await startRedis();
  operator = await startFakeOperator();
  node = await startFakeNode({ name: 'node-a', region: 'eu' });
  replica = await startReplica({ operatorAddress: operator.address, redisUrl: redis.url });
});
afterAll(async () => {
  await replica.close();
  await Promise.all([node.stop(), operator.stop()]);
  await redis.close();
});

/** As the operator's leader does. */
async function publish(topology: Topology): Promise<void> {
  const client = new Redis(redis.url);
  const json = toJsonString(TopologySchema, topology);
  await client.set(`parley:topology:${topology.meetingId}`, json);
  await client.publish('parley:topologies', json);
  await client.quit();
}

async function aMeeting(): Promise<string> {
  const meetingId = aMeetingId();
  operator.set({ meetingId, settings: { title: 'Standup' }, placements: [aPlacement(node, 'eu')] });
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${String(replica.port)}/v1/meetings/${meetingId}`)).status)
    .toBe(200);
  return meetingId;
}

async function gauge(name: string): Promise<number> {
  const values = (await replica.registry.getSingleMetric(`parley_signaling_${name}`)?.get())?.values;
  return values?.[0]?.value ?? -1;
}

describe('law 1: joins go on', () => {
  test('while Redis is stopped, at once and with no delay for each join; and it is used again when it is back', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(replica.port, meetingId);
    await redis.stop();
    const startedAtMs = Date.now();
    const bob = await enter(replica.port, meetingId, { name: 'Bob' });
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
    await ada.client.event('participantJoined', ({ participant }) => participant.name === 'Bob');
    expect(await gauge('redis_ready')).toBe(0);
    await redis.start();
    await expect.poll(() => gauge('redis_ready')).toBe(1);
    ada.client.cut();
    bob.client.cut();
  });

  test('while the operator is gone: to meetings known before, from memory', async () => {
    const meetingId = await aMeeting();
    await operator.stop();
    await expect.poll(() => gauge('operator_synced')).toBe(0);
    const ada = await enter(replica.port, meetingId, { region: 'nowhere' });
    expect(ada.welcome.node).toBe('node-a');
    ada.client.cut();
    await operator.restart();
    await expect.poll(() => gauge('operator_synced'), { timeout: 8_000 }).toBe(1);
  });

  test('while the operator is gone: a new replica knows the meetings from Redis, and follows their changes', async () => {
    const meetingId = aMeetingId();
    const topology = operator.set({ meetingId, settings: { title: 'One' }, placements: [aPlacement(node, 'eu')] });
    await publish(topology);
    const alone = await startReplica({ operatorAddress: '127.0.0.1:1', redisUrl: redis.url });
    const ada = await enter(alone.port, meetingId);
    await publish({ ...topology, epoch: topology.epoch + 1000, settings: { ...topology.settings!, title: 'Two' } });
    const title = async (): Promise<unknown> => {
      const answer = await fetch(`http://127.0.0.1:${String(alone.port)}/v1/meetings/${meetingId}`);
      return ((await answer.json()) as { title: string }).title;
    };
    await expect.poll(title).toBe('Two');
    // An older leader's word does not count.
    await publish(topology);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await title()).toBe('Two');
    ada.client.cut();
    await alone.close();
  });

  test('with neither Redis nor operator, a meeting that nobody has told of is not called missing', async () => {
    const alone = await startReplica({ operatorAddress: '127.0.0.1:1' });
    const { status, body, headers } = await postJoin(alone.port, aMeetingId());
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'Unavailable' });
    expect(headers.get('retry-after')).toBe('2');
    await alone.close();
  });

  test('a standby that becomes the leader is found', async () => {
    const standby = await startFakeOperator();
    standby.leading = false;
    const waiting = await startReplica({ operatorAddress: standby.address });
    const meetingId = aMeetingId();
    standby.set({ meetingId, settings: {}, placements: [aPlacement(node, 'eu')] });
    expect((await postJoin(waiting.port, meetingId)).body.code).toBe('Unavailable');
    standby.leading = true;
    await expect.poll(async () => (await postJoin(waiting.port, meetingId)).status, { timeout: 5_000 }).toBe(200);
    await waiting.close();
    await standby.stop();
  });
});

describe('limits that replicas share', () => {
  test('an address that used up its requests at one replica gets none at the other', async () => {
    const environment = { REQUEST_BURST: '4', REQUESTS_PER_SECOND: '1' };
    const options = { operatorAddress: operator.address, redisUrl: redis.url, environment };
    const replicas = await Promise.all([startReplica(options), startReplica(options), startReplica(options)]);
    const ask = async (port: number): Promise<number> =>
      (await fetch(`http://127.0.0.1:${String(port)}/v1/meetings/zzz-zzzz-zzz`)).status;
    // Within one window of four seconds.
    await until('window begins', () => Date.now() % 4_000 < 200);
    const statuses: number[] = [];
    for (const { port } of [...replicas, ...replicas, ...replicas, ...replicas]) statuses.push(await ask(port));
    expect(statuses.slice(0, 8)).toEqual(Array<number>(8).fill(404));
    expect(statuses.slice(8)).toEqual(Array<number>(4).fill(429));
    await Promise.all(replicas.map((each) => each.close()));
  });
});
