/** TURN credentials: given at the join, renewed on the socket, and made without anybody's help (law 1). */
import { createHmac } from 'node:crypto';
import type { IceServer } from '@parley/signaling/protocol/media-parameters.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enter, postJoin } from '../fakes/client.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { startReplica, type Replica } from '../fakes/replica.js';

let operator: FakeOperator;
let node: FakeNode;
let replica: Replica;
let meetingId: string;

const stun = { urls: 'stun:stun.example.com' };
const server = (name: string, over: { region?: string; namespace?: string; credentialSeconds?: number } = {}) => ({
  ...{ name, namespace: 'default', region: 'eu', credentialSeconds: 600, secret: `secret of ${name}` },
  urls: [`turn:${name}.example.com:3478?transport=udp`],
  ...over,
});

beforeAll(async () => {
  operator = await startFakeOperator();
  operator.setTurnServers([server('eu-0'), server('eu-1'), server('us-0', { region: 'us' })]);
  node = await startFakeNode({ name: 'node-a', region: 'eu' });
  replica = await startReplica({
    operatorAddress: operator.address,
    environment: { ICE_SERVERS: JSON.stringify([stun]) },
  });
  meetingId = aMeetingId();
  operator.set({
    meetingId,
    settings: { maxParticipants: 100, namespace: 'default' },
    placements: [aPlacement(node, 'eu')],
  });
  while ((await postJoin(replica.port, meetingId)).status !== 200)
    await new Promise((resolve) => setTimeout(resolve, 10));
});
afterAll(async () => {
  await replica.close();
  await Promise.all([node.stop(), operator.stop()]);
});

const turnOf = (servers: readonly IceServer[]): readonly IceServer[] =>
  servers.filter(({ urls }) => [urls].flat().some((url) => url.startsWith('turn')));
const namesOf = (servers: readonly IceServer[]): string[] =>
  turnOf(servers)
    .map(({ urls }) => /turn:(.*)\.example/.exec([urls].flat()[0] ?? '')?.[1] ?? '')
    .toSorted();

test('law 10: whoever joins gets credentials of its own, for two servers of its region, that end', async () => {
  const { body } = await postJoin(replica.port, meetingId, { region: 'eu' });
  expect(body.iceServers[0]).toEqual(stun);
  expect(namesOf(body.iceServers)).toEqual(['eu-0', 'eu-1']);
  for (const { urls, username = '', credential } of turnOf(body.iceServers)) {
    const [expiry, participantId] = username.split(':');
    expect(participantId).toBe(body.participantId);
    expect(Math.abs(Number(expiry) - Date.now() / 1_000 - 600)).toBeLessThan(5);
    const name = namesOf([{ urls }])[0] ?? '';
    expect(credential).toBe(createHmac('sha1', `secret of ${name}`).update(username).digest('base64'));
  }
  const far = await postJoin(replica.port, meetingId, { region: 'us' });
  expect(namesOf(far.body.iceServers)).toEqual(['us-0']);
  const nowhere = await postJoin(replica.port, meetingId, {});
  expect(namesOf(nowhere.body.iceServers)).toEqual(['eu-0', 'eu-1']);
});

test('credentials are renewed before they expire, and a server that is to go is taken back from those who have it', async () => {
  operator.setTurnServers([server('eu-0', { credentialSeconds: 2 }), server('eu-1', { credentialSeconds: 2 })]);
  await expect.poll(async () => (await postJoin(replica.port, meetingId)).body.iceServers.length).toBe(3);
  const { client, welcome } = await enter(replica.port, meetingId, { name: 'Ada' });
  const expiryOf = (servers: readonly IceServer[]): number => Number(turnOf(servers)[0]?.username?.split(':')[0]);
  // Expiries are whole seconds: the first renewal may fall into the same one.
  await client.event('iceServers', ({ iceServers }) => expiryOf(iceServers) > expiryOf(welcome.iceServers));
  expect(Date.now() / 1_000).toBeLessThan(expiryOf(welcome.iceServers) + 1);

  operator.setTurnServers([server('eu-1'), server('eu-2')]);
  const moved = await client.event('iceServers', ({ iceServers }) => namesOf(iceServers).includes('eu-2'));
  expect(namesOf(moved.iceServers)).toEqual(['eu-1', 'eu-2']);
  operator.setTurnServers([]);
  const last = await client.event('iceServers', ({ iceServers }) => turnOf(iceServers).length === 0);
  expect(last.iceServers).toEqual([stun]);
  client.cut();
});

test('another namespace has its own servers', async () => {
  operator.setTurnServers([server('other-0', { namespace: 'other' })]);
  await expect.poll(async () => namesOf((await postJoin(replica.port, meetingId)).body.iceServers)).toEqual([]);
});

test('law 1: with the operator away credentials are made and renewed all the same', async () => {
  operator.setTurnServers([server('eu-0', { credentialSeconds: 2 })]);
  await expect.poll(async () => namesOf((await postJoin(replica.port, meetingId)).body.iceServers)).toEqual(['eu-0']);
  await operator.stop();
  const { client, welcome } = await enter(replica.port, meetingId, { name: 'Ben' });
  expect(namesOf(welcome.iceServers)).toEqual(['eu-0']);
  expect(namesOf((await client.event('iceServers')).iceServers)).toEqual(['eu-0']);
  client.cut();
  await operator.restart();
});

test('law 10: no secret and no credential is logged', () => {
  const log = replica.lines.join('\n');
  expect(log).toContain('join granted');
  expect(log).not.toContain('secret of');
  expect(log).not.toMatch(/"credential"/);
});
