/** Hosts, and what they do with recordings: over the socket and over REST, with the operator's service behind. */
import { hash } from '@node-rs/argon2';
import { RecordingOutputKind } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import { recordingsAnswer } from '@parley/signaling/protocol/recordings.js';
import { limits } from '@parley/signaling/protocol/limits.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { enter, postJoin, resume } from '../fakes/client.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { startReplica, type Replica } from '../fakes/replica.js';

let operator: FakeOperator;
let node: FakeNode;
let replica: Replica;
let meetingId: string;
let hostPasscodeHash: string;
const hostPasscode = 'in charge';

beforeAll(async () => {
  operator = await startFakeOperator();
  node = await startFakeNode({ name: 'node-a', region: 'eu' });
  replica = await startReplica({
    operatorAddress: operator.address,
    environment: { CORS_ORIGINS: 'https://page.example.org' },
  });
  hostPasscodeHash = await hash(hostPasscode);
});
afterAll(async () => {
  await replica.close();
  await Promise.all([node.stop(), operator.stop()]);
});
beforeEach(async () => {
  meetingId = await aMeeting();
});

async function aMeeting(settings: { recordable?: boolean; hostPasscodeHash?: string } = {}): Promise<string> {
  const id = aMeetingId();
  operator.recordings.set(id, []);
  operator.set({
    meetingId: id,
    settings: { title: 'Standup', passcodeHash: hostPasscodeHash, hostPasscodeHash, recordable: true, ...settings },
    placements: [aPlacement(node, 'eu')],
  });
  await expect.poll(async () => (await fetch(`${base()}/v1/meetings/${id}`)).status, { interval: 5 }).toBe(200);
  return id;
}

const base = (): string => `http://127.0.0.1:${String(replica.port)}`;

interface Asked {
  readonly token?: string;
  readonly method?: string;
  readonly of?: string;
}

async function rest(path: string, { token, method = 'GET', of = meetingId }: Asked): Promise<[number, unknown]> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${base()}/v1/meetings/${of}/recordings${path}`, { method, headers });
  return [response.status, await response.json().catch(() => undefined)];
}

async function hostToken(id: string = meetingId): Promise<string> {
  return (await postJoin(replica.port, id, { hostPasscode })).body.host?.token ?? '';
}

const outputs = [
  { kind: RecordingOutputKind.MP4, key: 'a/b/outputs/recording.mp4', bytes: 12n, durationMs: 5_000n, sha256: 'ab' },
  { kind: RecordingOutputKind.HLS, key: 'a/b/outputs/hls/index.m3u8', bytes: 1n },
  { kind: RecordingOutputKind.TRACK, key: 'a/b/outputs/tracks/ada.mka', bytes: 2n },
];
const completed = { name: 'daily-1', phase: 'Completed', createdAtMs: 7n, recordedMs: 5_000n, outputs };

test('who gives the hosts’ passcode is a host, and needs no other; nobody else is', async () => {
  expect(await (await fetch(`${base()}/v1/meetings/${meetingId}`)).json()).toMatchObject({ hasHosts: true });
  const host = await postJoin(replica.port, meetingId, { hostPasscode });
  expect(host.body).toMatchObject({ role: 'speaker', host: { canRecord: true } });
  const wrong = await postJoin(replica.port, meetingId, { hostPasscode: 'in rage' });
  expect(wrong).toMatchObject({ status: 403, body: { code: 'PasscodeWrong' } });
  const guest = await postJoin(replica.port, meetingId, { passcode: hostPasscode });
  expect(guest.body.host).toBeUndefined();

  const without = await aMeeting({ hostPasscodeHash: '', recordable: false });
  expect(await (await fetch(`${base()}/v1/meetings/${without}`)).json()).toMatchObject({ hasHosts: false });
  expect((await postJoin(replica.port, without, { hostPasscode: '' })).body.code).toBe('PasscodeWrong');
});

test('a host starts and stops over the socket, also after coming back; others are refused', async () => {
  const { client, welcome } = await enter(replica.port, meetingId, { hostPasscode });
  expect(await client.request({ type: 'startRecording' })).toEqual({ name: 'recording-1' });
  const guest = await enter(replica.port, meetingId, { passcode: hostPasscode });
  await expect(guest.client.request({ type: 'startRecording' })).rejects.toMatchObject({ code: 'NotHost' });
  await expect(guest.client.request({ type: 'stopRecording' })).rejects.toMatchObject({ code: 'NotHost' });
  client.cut();
  const again = await resume(replica.port, welcome.resumeToken);
  expect(await again.client.request({ type: 'stopRecording' })).toEqual({ names: ['recording-1'] });
  again.client.cut();
  guest.client.cut();
});

test('says why nothing is started, and for how long to wait when hosts ask too often', async () => {
  const off = await aMeeting({ recordable: false });
  const { client } = await enter(replica.port, off, { hostPasscode });
  await expect(client.request({ type: 'startRecording' })).rejects.toMatchObject({ code: 'RecordingOff' });
  for (let asked = 1; asked < limits.recordingRequestBurst; asked += 1) await client.request({ type: 'stopRecording' });
  await expect(client.request({ type: 'stopRecording' })).rejects.toMatchObject({ code: 'RateLimited' });
  client.cut();
});

test('lists, tells, links and deletes over REST', async () => {
  operator.recordings.set(meetingId, [completed]);
  const token = await hostToken();
  const [status, list] = await rest('', { token });
  expect(status).toBe(200);
  expect(recordingsAnswer.parse(list).recordings).toEqual([
    expect.objectContaining({
      ...{ name: 'daily-1', phase: 'Completed', stoppable: false, createdAtMs: 7, recordedMs: 5_000 },
      outputs: [
        { name: 'recording.mp4', kind: 'MP4', bytes: 12, durationMs: 5_000, sha256: 'ab' },
        { name: 'tracks/ada.mka', kind: 'Track', bytes: 2, durationMs: 0, sha256: '' },
      ],
    }),
  ]);
  expect(await rest('/daily-1', { token })).toMatchObject([200, { name: 'daily-1' }]);
  expect(await rest('/daily-2', { token })).toMatchObject([404, { code: 'RecordingNotFound' }]);
  const link = { url: 'https://store.example.org/recording.mp4?signed', expiresAtMs: 4_000 };
  expect(await rest('/daily-1/outputs/recording.mp4', { token })).toEqual([200, link]);
  expect(await rest('/daily-1/outputs/none.mp4', { token })).toMatchObject([404, { code: 'RecordingNotFound' }]);
  const onVolume = { code: 'RecordingNotDownloadable', detail: 'It is on a volume.' };
  expect(await rest('/daily-1/outputs/tracks%2Fada.mka', { token })).toMatchObject([409, onVolume]);
  expect(await rest('/daily-1', { token, method: 'DELETE' })).toEqual([204, undefined]);
  expect(await rest('', { token })).toEqual([200, { recordings: [] }]);
  expect(await rest('/daily-1', { token, method: 'DELETE' })).toMatchObject([404, { code: 'RecordingNotFound' }]);
});

test('only a host’s own token, of this meeting, opens them', async () => {
  const guest = await postJoin(replica.port, meetingId, { passcode: hostPasscode });
  const host = await postJoin(replica.port, meetingId, { hostPasscode });
  const invalid = [401, { code: 'TokenInvalid' }];
  expect(await rest('', {})).toMatchObject(invalid);
  expect(await rest('', { token: 'x.y.z' })).toMatchObject(invalid);
  for (const { body } of [guest, host]) expect(await rest('', { token: body.token })).toMatchObject(invalid);
  const elsewhere = await hostToken(await aMeeting());
  for (const method of ['GET', 'DELETE'])
    expect(await rest('/daily-1', { token: elsewhere, method })).toMatchObject([403, { code: 'NotHost' }]);
});

test('pages of other origins may send the bearer, and delete', async () => {
  const preflight = await fetch(`${base()}/v1/meetings/${meetingId}/recordings/daily-1`, {
    method: 'OPTIONS',
    headers: { origin: 'https://page.example.org', 'access-control-request-method': 'DELETE' },
  });
  expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE');
  expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
});

test('answers Unavailable while no operator leads', async () => {
  const token = await hostToken();
  operator.leading = false;
  try {
    await expect.poll(() => rest('', { token })).toMatchObject([503, { code: 'Unavailable' }]);
  } finally {
    operator.leading = true;
  }
});
