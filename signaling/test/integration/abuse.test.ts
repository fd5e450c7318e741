import { connect } from 'node:net';
import { once } from 'node:events';
import { limits } from '@parley/signaling/protocol/limits.js';
import { serverMessage } from '@parley/signaling/protocol/server-messages.js';
import { exportPKCS8, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, inTime, openClient, postJoin, rtpCapabilities, until, type TestClient } from '../fakes/client.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startReplica, type Replica } from '../fakes/replica.js';
import { writeTokenKeys } from '../fakes/token-keys.js';

let operator: FakeOperator;
let node: FakeNode;
let replica: Replica;
let tokenKeysDir: string;
const meetingId = aMeetingId();

beforeAll(async () => {
  operator = await startFakeOperator();
  node = await startFakeNode({ name: 'node-a', region: 'eu' });
  operator.set({ meetingId, settings: { title: 'Standup' }, placements: [aPlacement(node, 'eu')] });
  tokenKeysDir = await writeTokenKeys();
  replica = await startReplica({ operatorAddress: operator.address, tokenKeysDir });
});
afterAll(async () => {
  await replica.close();
  await Promise.all([node.stop(), operator.stop()]);
});

interface Forged {
  readonly audience?: string;
  readonly kid?: string;
  readonly expiresAtSeconds?: number;
  readonly privateKeyPem?: string;
}

async function aToken(forged: Forged = {}): Promise<string> {
  const pem = forged.privateKeyPem ?? (await readFile(join(tokenKeysDir, 'k1.key.pem'), 'utf8'));
  const participantId = crypto.randomUUID();
  return new SignJWT({ meetingId, participantId, name: 'Mallory', region: '', node: 'node-a' })
    .setProtectedHeader({ alg: 'EdDSA', kid: forged.kid ?? 'k1' })
    .setIssuer('parley')
    .setAudience(forged.audience ?? 'parley/join')
    .setSubject(participantId)
    .setExpirationTime(forged.expiresAtSeconds ?? Math.floor(Date.now() / 1_000) + 60)
    .sign(await importPKCS8(pem, 'EdDSA'));
}

async function helloWith(token: string): Promise<{ client: TestClient; answer: Promise<unknown> }> {
  const client = await openClient(replica.port);
  return { client, answer: client.request({ type: 'hello', token, rtpCapabilities, subscribe: 'all' }) };
}

describe('tokens', () => {
  test('one that we made is taken', async () => {
    const { client, answer } = await helloWith(await aToken());
    await expect(answer).resolves.toMatchObject({ resumed: false });
    client.cut();
  });

  test('an expired one', async () => {
    const { client, answer } = await helloWith(await aToken({ expiresAtSeconds: Math.floor(Date.now() / 1_000) - 60 }));
    await expect(answer).rejects.toMatchObject({ code: 'TokenExpired' });
    expect(await client.closed).toEqual({ code: 4402, reason: 'TokenExpired' });
  });

  test.each<[string, () => Promise<string>]>([
    [
      'signed by another key under our key id',
      async () => {
        const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
        return aToken({ privateKeyPem: await exportPKCS8(privateKey) });
      },
    ],
    ['of a key id that is not ours', () => aToken({ kid: '../../etc/passwd' })],
    ['made for resuming', () => aToken({ audience: 'parley/resume' })],
    [
      'with its payload changed',
      async () => {
        const [header, payload, signature] = (await aToken()).split('.');
        const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as object;
        const changed = Buffer.from(JSON.stringify({ ...claims, meetingId: 'zzz-zzzz-zzz' })).toString('base64url');
        return [header, changed, signature].join('.');
      },
    ],
    [
      'not signed at all',
      async () => {
        const [, payload] = (await aToken()).split('.');
        return `${Buffer.from('{"alg":"none","kid":"k1"}').toString('base64url')}.${payload ?? ''}.`;
      },
    ],
    ['that is no token', () => Promise.resolve('let me in')],
  ])('one %s', async (_name, forge) => {
    const { client, answer } = await helloWith(await forge());
    await expect(answer).rejects.toMatchObject({ code: 'TokenInvalid' });
    expect(await client.closed).toEqual({ code: 4401, reason: 'TokenInvalid' });
  });

  test('after a rotation, both the old key and the new one are believed', async () => {
    const early = (await postJoin(replica.port, meetingId)).body.token;
    await writeTokenKeys('k2', tokenKeysDir);
    const writtenAtMs = Date.now();
    const pem = await readFile(join(tokenKeysDir, 'k2.key.pem'), 'utf8');
    // A token of an unknown key makes the replica look again, though not more often than once a second.
    await until('keys may be read again', () => Date.now() - writtenAtMs > 1_100);
    for (const token of [early, await aToken({ kid: 'k2', privateKeyPem: pem })]) {
      const { client, answer } = await helloWith(token);
      await expect(answer).resolves.toMatchObject({ resumed: false });
      client.cut();
    }
  });

  test('no token is in the log', () => {
    expect(replica.lines.join('')).not.toMatch(/eyJ[A-Za-z0-9_-]{20}/);
  });
});

describe('messages', () => {
  async function inMeeting(): Promise<{ bad: TestClient; good: TestClient }> {
    const [bad, good] = await Promise.all([enter(replica.port, meetingId), enter(replica.port, meetingId)]);
    return { bad: bad.client, good: good.client };
  }

  test.each<[string, string | Buffer, number, string]>([
    ['is not JSON', 'hello?', 4400, 'MalformedMessage'],
    ['has no type or id', '[]', 4400, 'MalformedMessage'],
    ['is binary', Buffer.from([1, 2, 3]), 4400, 'MalformedMessage'],
  ])('one that %s: a clear error, and the socket is closed', async (_name, data, code, reason) => {
    const { bad, good } = await inMeeting();
    bad.sendRaw(data);
    expect((await bad.event('error')).error.code).toBe(reason);
    expect(await bad.closed).toEqual({ code, reason });
    await good.request({ type: 'ping' });
    good.cut();
  });

  test('one that is too large ends its socket, and nobody else notices', async () => {
    const { bad, good } = await inMeeting();
    bad.sendRaw(JSON.stringify({ type: 'ping', id: 1, padding: 'x'.repeat(limits.messageBytes) }));
    expect((await bad.closed).code).toBe(1009);
    await good.request({ type: 'ping' });
    good.cut();
  });

  test.each<[string, object, string]>([
    ['an unknown type', { type: 'dance' }, 'InvalidRequest'],
    ['a field that is missing', { type: 'consume' }, 'InvalidRequest'],
    ['too many items', { type: 'consume', items: Array(201).fill({ producerId: 'p' }) }, 'InvalidRequest'],
    ['an id that is not one', { type: 'consume', items: [{ producerId: '../x' }] }, 'InvalidRequest'],
    ['a second hello', { type: 'hello', token: 'x', rtpCapabilities: {}, subscribe: 'all' }, 'HelloExpected'],
  ])('%s: a failed answer, and the session goes on', async (_name, message, code) => {
    const { client } = await enter(replica.port, meetingId);
    const answered = new Promise<string>((resolve) => {
      client.socket.on('message', (data: Buffer) => {
        const answer = serverMessage.parse(JSON.parse(data.toString()));
        if (answer.type === 'response' && answer.to === 99) resolve(answer.ok ? 'ok' : answer.error.code);
      });
    });
    client.sendRaw(JSON.stringify({ ...message, id: 99 }));
    expect(await inTime(answered, 'answer')).toBe(code);
    await client.request({ type: 'ping' });
    client.cut();
  });

  test('a request before hello', async () => {
    const client = await openClient(replica.port);
    await expect(client.request({ type: 'ping' })).rejects.toMatchObject({ code: 'HelloExpected' });
    expect(await client.closed).toEqual({ code: 4405, reason: 'HelloExpected' });
  });

  test('too many of them', async () => {
    const { bad, good } = await inMeeting();
    for (let id = 0; id < limits.messageBurst + 100; id += 1) bad.sendRaw(JSON.stringify({ type: 'ping', id }));
    expect(await bad.closed).toEqual({ code: 4429, reason: 'TooManyMessages' });
    await good.request({ type: 'ping' });
    good.cut();
  });

  test("another participant's producer cannot be changed", async () => {
    const { bad, good } = await inMeeting();
    const { producerId } = await good.request({
      type: 'produce',
      kind: 'video',
      source: 'camera',
      rtpParameters: { codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }] },
    });
    const steal = bad.request({ type: 'updateProducers', items: [{ producerId, closed: true }] });
    await expect(steal).rejects.toMatchObject({ code: 'ProducerNotFound' });
    bad.cut();
    good.cut();
  });
});

describe('sockets', () => {
  test('without the subprotocol, or at another path', async () => {
    const refused = async (path: string, protocol?: string): Promise<number> => {
      const socket = new WebSocket(`ws://127.0.0.1:${String(replica.port)}${path}`, protocol);
      socket.on('error', () => undefined);
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      return response.statusCode;
    };
    expect(await refused('/v1/ws')).toBe(400);
    expect(await refused('/v1/ws', 'parley.v0')).toBe(400);
    expect(await refused('/elsewhere', 'parley.v1')).toBe(404);
  });

  test('1,000 that never speak: each is told why, and joining beside them is as before', async () => {
    const { client: witness } = await enter(replica.port, meetingId);
    const silent = await Promise.all(Array.from({ length: 1_000 }, () => openClient(replica.port)));
    const startedAtMs = Date.now();
    const { client } = await enter(replica.port, meetingId);
    expect(Date.now() - startedAtMs).toBeLessThan(1_500);
    const reasons = await Promise.all(
      silent.map(({ closed }) => inTime(closed, 'close', limits.helloTimeoutMs + 5_000)),
    );
    const counted = Map.groupBy(reasons, ({ code, reason }) => `${String(code)} ${reason}`);
    expect([...counted.keys()].toSorted()).toEqual(['4408 HelloTimeout', '4430 TooManySockets']);
    // So many silent ones of one address are borne; the oldest of the others went at once.
    expect(counted.get('4408 HelloTimeout')?.length).toBeGreaterThanOrEqual(399);
    await witness.request({ type: 'ping' });
    await client.request({ type: 'ping' });
    witness.cut();
    client.cut();
  });

  test('1,000 TCP connections that send nothing, or half a request: closed, and others are served', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 1_000 }, async (_value, index) => {
        const socket = connect(replica.port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        if (index % 2 === 0) socket.write('GET /v1/ws HTTP/1.1\r\nhost: x\r\n');
        socket.resume();
        return socket;
      }),
    );
    const { client } = await enter(replica.port, meetingId);
    const gone = await Promise.all(sockets.map((socket) => inTime(once(socket, 'close'), 'close', 20_000)));
    expect(gone).toHaveLength(1_000);
    await client.request({ type: 'ping' });
    client.cut();
  });

  test('a client that does not read is closed once too much waits for it, and holds nobody back', async () => {
    const { client: slow, welcome } = await enter(replica.port, meetingId, { name: 'Slow' });
    const { client: good } = await enter(replica.port, meetingId, { name: 'Good' });
    slow.socket.pause();
    const text = 'x'.repeat(60_000);
    const closed = async (): Promise<boolean> => {
      const metric = replica.registry.getSingleMetric('parley_signaling_sockets_closed_total');
      return ((await metric?.get())?.values ?? []).some(({ labels }) => labels['reason'] === 'SlowConsumer');
    };
    for (let sent = 0; sent < 400 && !(await closed()); sent += 1) {
      node.emit(meetingId, {
        case: 'participantUpdated',
        value: { id: 'noisy', name: `${text}${String(sent)}`, node: 'node-a', region: 'eu', joinedAtMs: 1 },
      });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await expect.poll(closed, { timeout: 10_000 }).toBe(true);
    await good.request({ type: 'ping' });
    // It can come back, and has lost nothing but messages.
    expect(node.participants(meetingId)).toContain(welcome.participantId);
    const back = await openClient(replica.port);
    const { resumeToken } = welcome;
    const resumed = await back.request({ type: 'hello', resumeToken, rtpCapabilities, subscribe: 'all' });
    expect(resumed.resumed).toBe(true);
    back.cut();
    good.cut();
  });
});
