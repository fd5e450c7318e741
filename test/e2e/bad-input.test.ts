/** Law 10 and law 6 from outside: whatever is sent gets a clear error, and those in the meeting do not notice. */
import { generateKeyPairSync, sign, createPrivateKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { enter } from '@parley/e2e/browser/enter.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { startPeople, type People } from '@parley/e2e/browser/people.js';
import { parleyNamespace, serviceAddresses } from '@parley/e2e/cluster/installation.js';
import { applyObjects, getObject } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, namespace, openMeeting } from '@parley/e2e/cluster/stage.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { beginScene } from './scene.js';

const passcode = 'open sesame';
let people: People;
let address: string;
let meetingId: string;
let ann: Participant;
let ben: Participant;
let startMs: number;

beforeAll(async () => {
  const addresses = await serviceAddresses();
  address = addresses[0] ?? '';
  [people] = await Promise.all([startPeople(), ensurePools()]);
  await applyObjects([
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'door', namespace }, stringData: { passcode } },
  ]);
  meetingId = await openMeeting('bad-input', {
    passcodeSecretRef: { name: 'door', key: 'passcode' },
    maxParticipants: 2,
    expectedParticipants: 2,
  });
  ann = await people.come('Ann');
  ben = await people.come('Ben');
  await ann.enter({ meetingId, region: 'eu', passcode });
  await ben.enter({ meetingId, region: 'us', passcode, publish: [] });
  await ben.sees(ann, 15);
  startMs = Date.now();
});
afterAll(async () => {
  await people.close();
});

interface Answer {
  readonly status: number;
  readonly body: { readonly code?: string; readonly token?: string; readonly detail?: string; readonly title?: string };
}

async function post(id: string, body: string | object): Promise<Answer> {
  const response = await fetch(`http://${address}/v1/meetings/${id}/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

/** Opens a socket, sends one message, and tells how it was closed. */
async function closeOf(message: string | undefined): Promise<{ code: number; reason: string }> {
  const socket = new WebSocket(`ws://${address}/v1/ws`, 'parley.v1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  if (message !== undefined) socket.on('open', () => socket.send(message));
  const [code, reason] = await closed;
  return { code, reason: reason.toString() };
}

const rtpCapabilities = { codecs: [], headerExtensions: [] };
const hello = (token: string): string =>
  JSON.stringify({ type: 'hello', id: 1, token, rtpCapabilities, subscribe: 'none' });

const text = (part: string): string => Buffer.from(part, 'base64url').toString();

/** The same token with other claims, signed by that key. */
function resign(token: string, key: KeyObject, claims: object): string {
  const [header = '', payload = ''] = token.split('.');
  const changed = Buffer.from(JSON.stringify({ ...(JSON.parse(text(payload)) as object), ...claims })).toString(
    'base64url',
  );
  return `${header}.${changed}.${sign(null, Buffer.from(`${header}.${changed}`), key).toString('base64url')}`;
}

async function tokenOf(id: string): Promise<string> {
  const { body } = await post(id, { name: 'Tim', passcode });
  return body.token ?? '';
}

test('a wrong passcode, none, an unknown meeting and what is not JSON are told apart', async () => {
  expect(await post(meetingId, { name: 'Eve', passcode: 'open' })).toMatchObject({
    status: 403,
    body: { code: 'PasscodeWrong' },
  });
  expect(await post(meetingId, { name: 'Eve' })).toMatchObject({ status: 401, body: { code: 'PasscodeRequired' } });
  expect(await post('aaa-aaaa-aaa', { name: 'Eve' })).toMatchObject({ status: 404, body: { code: 'MeetingNotFound' } });
  expect(await post('not an id', { name: 'Eve' })).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } });
  expect(await post(meetingId, '{"name":')).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } });
  expect(await post(meetingId, { name: '' })).toMatchObject({ status: 400, body: { code: 'InvalidRequest' } });
  expect(await post(meetingId, { name: 'x'.repeat(20_000) })).toMatchObject({
    status: 413,
    body: { code: 'PayloadTooLarge' },
  });
});

test('one more than the meeting may have is refused', async () => {
  expect(await post(meetingId, { name: 'Third', passcode })).toMatchObject({
    status: 409,
    body: { code: 'MeetingFull' },
  });
});

test('an expired token and a forged one are refused, and a good one is taken', async () => {
  const open = await openMeeting('open');
  const token = await tokenOf(open);
  const { data } = await getObject<{ data: Record<string, string> }>('secret', 'parley-token-keys', parleyNamespace);
  const [header = ''] = token.split('.');
  const { kid } = JSON.parse(text(header)) as { kid: string };
  const ours = createPrivateKey(Buffer.from(data[`${kid}.key.pem`] ?? '', 'base64'));
  const anHourAgo = Math.floor(Date.now() / 1_000) - 3_600;
  expect(await closeOf(hello(resign(token, ours, { exp: anHourAgo })))).toEqual({ code: 4402, reason: 'TokenExpired' });
  const { privateKey: theirs } = generateKeyPairSync('ed25519');
  expect(await closeOf(hello(resign(token, theirs, {})))).toEqual({ code: 4401, reason: 'TokenInvalid' });
  expect(await closeOf(hello(resign(token, theirs, { meetingId })))).toEqual({ code: 4401, reason: 'TokenInvalid' });
  expect(await closeOf(hello('nonsense'))).toEqual({ code: 4401, reason: 'TokenInvalid' });

  const socket = new WebSocket(`ws://${address}/v1/ws`, 'parley.v1');
  await once(socket, 'open');
  socket.send(hello(resign(token, ours, {})));
  const [welcome] = (await once(socket, 'message')) as [Buffer];
  expect(JSON.parse(welcome.toString())).toMatchObject({ type: 'response', to: 1, ok: true });
  socket.close();
});

test('malformed, oversized and unexpected messages close their socket with the reason', async () => {
  expect(await closeOf('{"type":')).toEqual({ code: 4400, reason: 'MalformedMessage' });
  expect(await closeOf(JSON.stringify({ type: 'produce', id: 1 }))).toMatchObject({
    code: expect.toBeOneOf([4400, 4405]) as number,
  });
  expect(await closeOf(JSON.stringify({ type: 'hello', id: 1, padding: 'x'.repeat(100_000) }))).toMatchObject({
    code: 1009,
  });
});

test('a thousand connections that never speak are closed, and nobody in the meeting notices', async () => {
  beginScene(people);
  const sinceMs = Date.now();
  const closes = await Promise.all(Array.from({ length: 1_000 }, () => closeOf(undefined)));
  const reasons = Map.groupBy(closes, ({ reason, code }) => reason || String(code));
  console.log(`1,000 silent connections: ${[...reasons].map(([reason, all]) => `${all.length} ${reason}`).join(', ')}`);
  expect([...reasons.keys()].toSorted()).toEqual(
    expect.toSatisfy((names: string[]) => names.every((name) => ['HelloTimeout', 'TooManySockets'].includes(name))),
  );
  expect(reasons.get('HelloTimeout')?.length ?? 0).toBeGreaterThan(0);

  for (const one of [ann, ben]) {
    const { state, log } = await one.view();
    expect(state).toBe('Connected');
    expect(log.filter((line) => line.startsWith('state'))).toEqual([]);
  }
  const { maxGapMs } = await ben.pictures('Ann/camera', sinceMs);
  console.log(
    `longest gap meanwhile, ms: ${maxGapMs}; over all bad input: ${(await ben.pictures('Ann/camera', startMs)).maxGapMs}`,
  );
  expect(maxGapMs).toBeLessThan(500);
  // The service still works for who behaves.
  const open = await openMeeting('still-open');
  const late = await enter(people, 'Late', { meetingId: open, publish: [] });
  expect((await late.view()).state).toBe('Connected');
});
