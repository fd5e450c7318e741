/** A real coturn with the operator's configuration and its agent: who gets in, whom they reach, and what is known of it. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { turnIceServer } from '@parley/signaling/turn/turn-credentials.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startCoturn, type Coturn } from '../support/coturn.js';
import { openTurnClient, type TurnClient, type TurnLogin } from '../support/turn-client.js';

const HOUR_MS = 3_600_000;
const open: TurnClient[] = [];
let coturn: Coturn;

beforeAll(async () => {
  coturn = await startCoturn({ quotas: { allocationsPerParticipant: 2, allocations: 8 } });
  await coturn.allow([coturn.address]);
});
// An allocation counts until its connection is closed.
afterEach(async () => {
  for (const client of open.splice(0)) client.close();
  await expect.poll(() => coturn.agent.load().allocations, { timeout: 10_000 }).toBe(0);
});
afterAll(() => coturn.close());

async function client(participantId: string, over: Partial<TurnLogin> & { expiresInMs?: number } = {}) {
  const { expiresInMs = HOUR_MS, ...login } = over;
  const { username = '', credential = '' } = turnIceServer(
    { urls: [], secret: coturn.secret },
    participantId,
    Date.now() + expiresInMs,
  );
  const opened = await openTurnClient({ host: coturn.address, port: coturn.port, username, credential, ...login });
  open.push(opened);
  return opened;
}

describe('credentials', () => {
  test("signaling's open an allocation", async () => {
    const ada = await client('ada');
    expect(await ada.allocate()).toBeUndefined();
  });

  test.each([
    ['that have expired', { expiresInMs: -1_000 }],
    ['made with another secret', { credential: 'bm90IHRoZSBzZWNyZXQ=' }],
  ])('%s are refused', async (_, over) => {
    expect(await (await client('mallory', over)).allocate()).toBe(401);
  });

  test('law 6: a participant has its quota, whatever the expiry in its credentials', async () => {
    const clients = await Promise.all([1, 2, 3].map((hours) => client('greedy', { expiresInMs: hours * HOUR_MS })));
    const outcomes = [];
    for (const each of clients) outcomes.push(await each.allocate());
    // 486: Allocation Quota Reached.
    expect(outcomes).toEqual([undefined, undefined, 486]);
    expect(await (await client('modest')).allocate()).toBeUndefined();
  });
});

describe('peers', () => {
  test('a node is reached, by UDP', async () => {
    const node = createSocket('udp4').bind(0, coturn.address);
    await once(node, 'listening');
    const ada = await client('ada');
    expect(await ada.allocate()).toBeUndefined();
    expect(await ada.permit(coturn.address)).toBeUndefined();
    const received = once(node, 'message') as Promise<[Buffer]>;
    ada.send(coturn.address, node.address().port, Buffer.from('hello node'));
    expect((await received)[0].toString()).toBe('hello node');
    node.close();
  });

  test.each([
    ['another host of the network', '10.99.0.1'],
    ["a service's address", '10.96.0.1'],
    ["the cloud's metadata", '169.254.169.254'],
    ['loopback', '127.0.0.1'],
    ['somebody on the internet', '198.51.100.7'],
    ['a multicast group', '224.0.0.1'],
    ['nobody', '0.0.0.0'],
  ])('%s is refused', async (_, address) => {
    const ada = await client('ada');
    expect(await ada.allocate()).toBeUndefined();
    // 403: Forbidden.
    expect(await ada.permit(address)).toBe(403);
  });

  test('those that are set anew are followed, and an agent that starts again keeps them', async () => {
    await coturn.allow([coturn.address, '10.99.0.1']);
    const ada = await client('ada');
    expect(await ada.allocate()).toBeUndefined();
    expect(await ada.permit('10.99.0.1')).toBeUndefined();
    await coturn.restartAgent();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(await ada.permit('10.99.0.1')).toBeUndefined();
    expect(await ada.permit('10.99.0.2')).toBe(403);
    await coturn.allow([coturn.address]);
    expect(await ada.permit('10.99.0.1')).toBe(403);
  }, 60_000);
});

test('nothing that coturn writes holds a secret', () => {
  expect(coturn.output()).not.toContain(coturn.secret);
  expect(coturn.output().length).toBeGreaterThan(0);
});
