import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { enter, openClient, postJoin, rtpCapabilities, type TestClient } from '../fakes/client.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { startReplica, type Replica } from '../fakes/replica.js';

let operator: FakeOperator;
let node: FakeNode;
let replica: Replica;
let meetingId: string;

beforeAll(async () => {
  operator = await startFakeOperator();
  node = await startFakeNode({ name: 'node', region: 'eu' });
  replica = await startReplica({ operatorAddress: operator.address });
});
afterAll(async () => {
  await replica.close();
  await Promise.all([node.stop(), operator.stop()]);
});
/** A meeting with one place, which is taken, and no room for more. */
beforeEach(async () => {
  operator.room = Infinity;
  operator.refusal = 'NoCapacity';
  meetingId = aMeetingId();
  operator.set({
    meetingId,
    settings: { title: 'Standup', maxParticipants: 100 },
    placements: [aPlacement(node, 'eu', 1)],
  });
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${String(replica.port)}/v1/meetings/${meetingId}`)).status)
    .toBe(200);
  await enter(replica.port, meetingId, { name: 'First' });
  operator.room = 0;
});

/** Says hello; the answer comes when there is room. */
async function come(name: string): Promise<{ client: TestClient; entered: Promise<string> }> {
  const { status, body } = await postJoin(replica.port, meetingId, { name });
  expect(status).toBe(200);
  const client = await openClient(replica.port);
  const entered = client
    .request({ type: 'hello', token: body.token, rtpCapabilities, subscribe: 'all' })
    .then((welcome) => welcome.node);
  entered.catch(() => undefined);
  await client.event('waiting');
  return { client, entered };
}

const waiting = async (): Promise<number> => {
  const metric = (await replica.registry.getMetricsAsJSON()).find(({ name }) => name === 'parley_signaling_waiting');
  return Number(metric?.values[0]?.value);
};

test('who finds no room is told why, waits, and is let in as soon as the operator tells of some', async () => {
  const { client, entered } = await come('Second');
  expect(await client.event('waiting')).toEqual({ type: 'waiting', reason: 'NoCapacity', ahead: 0 });
  expect(await waiting()).toBe(1);
  operator.room = 1;
  operator.tellRoom(meetingId);
  expect(await entered).toBe('node');
  expect(await waiting()).toBe(0);
});

test('is let in without such news, too', async () => {
  const { entered } = await come('Second');
  operator.room = 1;
  expect(await entered).toBe('node');
});

test('people are let in in order, and who leaves gives the place up', async () => {
  const [a, b, c] = [await come('A'), await come('B'), await come('C')];
  expect(await c.client.event('waiting')).toMatchObject({ ahead: 2 });
  a.client.cut();
  await c.client.event('waiting', ({ ahead }) => ahead === 1);
  operator.room = 1;
  operator.tellRoom(meetingId);
  await b.entered;
  await c.client.event('waiting', ({ ahead }) => ahead === 0);
  expect(operator.room).toBe(0);
  expect(await waiting()).toBe(1);
  operator.room = 1;
  operator.tellRoom(meetingId);
  await c.entered;
});

test('a full meeting is no matter of room: nobody waits for it', async () => {
  operator.refusal = 'MeetingFull';
  const { status, body } = await postJoin(replica.port, meetingId, { name: 'Second' });
  expect([status, body.code]).toEqual([409, 'MeetingFull']);
});
