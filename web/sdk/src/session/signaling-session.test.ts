import type { Welcome } from '@parley/signaling/protocol/responses.js';
import type { ServerEvent } from '@parley/signaling/protocol/server-messages.js';
import { expect, test } from 'vitest';
import { createFakeClock } from '../fakes/fake-clock.js';
import { createFakeServer } from '../fakes/fake-server.js';
import { ParleyError } from '../parley-error.js';
import { SignalingSession } from './signaling-session.js';

function aSession() {
  const clock = createFakeClock();
  const server = createFakeServer();
  const seen = {
    resumed: [] as Welcome[],
    lost: 0,
    events: [] as ServerEvent[],
    ended: [] as ParleyError[],
    ahead: [] as number[],
  };
  const session = new SignalingSession(
    { url: 'ws://server', token: 'token', rtpCapabilities: {}, subscribe: 'all' },
    { openSocket: server.openSocket, clock },
    {
      resumed: (welcome) => seen.resumed.push(welcome),
      lost: () => seen.lost++,
      event: (event) => seen.events.push(event),
      ended: (error) => seen.ended.push(error),
      waiting: ({ ahead }) => seen.ahead.push(ahead),
    },
  );
  return { clock, server, seen, session };
}

async function anEnteredSession() {
  const parts = aSession();
  await parts.session.enter();
  return parts;
}

test('it enters with the token, and comes back with the newest resume token', async () => {
  const { clock, server, seen } = await anEnteredSession();
  server.send({ type: 'resumeToken', resumeToken: 'renewed', expiresAtMs: 1 });
  server.drop();
  expect(seen.lost).toBe(1);
  await clock.advance(1_000);
  expect(seen.resumed).toHaveLength(1);
  expect(server.requestsOf('hello').map(({ token, resumeToken }) => token ?? resumeToken)).toEqual([
    'token',
    'renewed',
  ]);
});

test('it goes on trying while the server keeps the participant, and no longer', async () => {
  const { clock, server, seen } = await anEnteredSession();
  server.down = true;
  server.drop();
  await clock.advance(29_000);
  expect(seen.ended).toEqual([]);
  await clock.advance(2_000);
  expect(seen.ended.map(({ code }) => code)).toEqual(['ConnectionLost']);
});

test('it comes back as soon as there is a server again', async () => {
  const { clock, server, seen } = await anEnteredSession();
  server.down = true;
  server.drop();
  await clock.advance(10_000);
  server.down = false;
  await clock.advance(4_000);
  expect(seen.resumed).toHaveLength(1);
  expect(server.sockets).toBe(1);
});

test.each(['MeetingEnded', 'Replaced', 'TokenExpired'])('a socket closed with %s ends it at once', async (reason) => {
  const { clock, server, seen } = await anEnteredSession();
  server.drop(reason);
  await clock.advance(5_000);
  expect(seen.ended.map(({ code }) => code)).toEqual([reason]);
  expect(server.requestsOf('hello')).toHaveLength(1);
});

test('a resume that is refused for good ends it', async () => {
  const { clock, server, seen } = await anEnteredSession();
  server.failOn.set('hello', 'TokenExpired');
  server.drop();
  await clock.advance(1_000);
  expect(seen.ended.map(({ code }) => code)).toEqual(['TokenExpired']);
});

test('a server that goes away is left before it closes the socket', async () => {
  const { clock, server, seen } = await anEnteredSession();
  server.send({ type: 'goingAway' });
  await clock.advance(1_000);
  expect(seen.resumed).toHaveLength(1);
  expect(server.sockets).toBe(1);
});

test('silence longer than the heartbeat allows counts as lost', async () => {
  const { clock, server, seen } = await anEnteredSession();
  await clock.advance(20_000);
  server.send({ type: 'heartbeat' });
  await clock.advance(20_000);
  expect(seen.lost).toBe(0);
  await clock.advance(6_000);
  expect(seen.lost).toBe(1);
});

test('a check finds a dead socket long before the heartbeat does', async () => {
  const { clock, server, session, seen } = await anEnteredSession();
  server.silentOn.add('ping');
  session.check();
  await clock.advance(3_100);
  expect(seen.lost).toBe(1);
});

test('requests fail when the socket is lost, and while it is away', async () => {
  const { server, session } = await anEnteredSession();
  server.silentOn.add('updateParticipant');
  const waiting = session.request('updateParticipant', { name: 'Ann' });
  server.down = true;
  server.drop();
  await expect(waiting).rejects.toMatchObject({ code: 'ConnectionLost' });
  await expect(session.request('ping', {})).rejects.toMatchObject({ code: 'ConnectionLost' });
});

test('a request without an answer fails in time, and leaves the socket alone', async () => {
  const { clock, server, session, seen } = await anEnteredSession();
  server.silentOn.add('updateParticipant');
  const waiting = session.request('updateParticipant', { name: 'Ann' });
  const failed = expect(waiting).rejects.toMatchObject({ code: 'TimedOut' });
  await clock.advance(10_100);
  await failed;
  expect(seen.lost).toBe(0);
});

test("an error's code, detail and retry come through", async () => {
  const { server, session } = await anEnteredSession();
  server.failOn.set('produce', 'NodeFull');
  const failed = session.request('produce', {
    kind: 'audio',
    source: 'microphone',
    rtpParameters: { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] },
  });
  await expect(failed).rejects.toMatchObject({ code: 'NodeFull', retryable: true });
});

test('what this client does not know yet is passed over', async () => {
  const { server, seen } = await anEnteredSession();
  server.send({ type: 'fireworks' } as unknown as ServerEvent);
  expect(seen.events).toEqual([]);
  server.send({ type: 'producerRemoved', producerId: 'p' });
  expect(seen.events).toHaveLength(1);
});

test('a server that cannot be reached fails the entering', async () => {
  const { server, session } = aSession();
  server.down = true;
  await expect(session.enter()).rejects.toMatchObject({ code: 'NetworkFailed' });
});

test('after closing nothing is tried and nothing is said', async () => {
  const { clock, server, session, seen } = await anEnteredSession();
  session.close();
  server.drop();
  await clock.advance(60_000);
  expect(seen).toMatchObject({ lost: 0, resumed: [], ended: [] });
  await expect(session.request('ping', {})).rejects.toBeInstanceOf(ParleyError);
});

test('while there is no room it goes on waiting for its welcome, as long as the server is heard', async () => {
  const { clock, server, seen, session } = aSession();
  server.silentOn.add('hello');
  let outcome = 'waits';
  session.enter().then(
    () => (outcome = 'in'),
    (error: unknown) => (outcome = ParleyError.from(error).code),
  );
  await clock.advance(100);
  server.send({ type: 'waiting', reason: 'NoCapacity', ahead: 2 });
  for (let count = 0; count < 12; count += 1) {
    await clock.advance(10_000);
    server.send({ type: 'heartbeat' });
  }
  server.send({ type: 'waiting', reason: 'NoCapacity', ahead: 0 });
  expect([outcome, seen.ahead]).toEqual(['waits', [2, 0]]);
  await clock.advance(26_000);
  expect(outcome).toBe('TimedOut');
});

test('without a word of waiting it gives up soon', async () => {
  const { clock, server, session } = aSession();
  server.silentOn.add('hello');
  const entering = session.enter();
  entering.catch(() => undefined);
  await clock.advance(100);
  server.send({ type: 'heartbeat' });
  await clock.advance(6_000);
  await expect(entering).rejects.toMatchObject({ code: 'TimedOut' });
});
