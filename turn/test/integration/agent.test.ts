/** The agent beside a real coturn: load, drain, and a certificate that is renewed under an allocation. */
import { turnIceServer } from '@parley/signaling/turn/turn-credentials.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCoturn, type Coturn } from '../support/coturn.js';
import { openTurnClient, type TurnClient } from '../support/turn-client.js';

let coturn: Coturn;
let ada: TurnClient;

beforeAll(async () => {
  coturn = await startCoturn();
  ada = await login('ada');
});
afterAll(async () => {
  ada.close();
  await coturn.close();
});

function login(participantId: string): Promise<TurnClient> {
  const server = turnIceServer({ urls: [], secret: coturn.secret }, participantId, Date.now() + 60_000);
  const { username = '', credential = '' } = server;
  return openTurnClient({ host: coturn.address, port: coturn.tlsPort, tls: true, username, credential });
}

test('the load stream tells of allocations as they come and go, and that none is missed', async () => {
  const stream = coturn.operator.watchTurnLoad({ intervalMs: 200 }, { idleTimeoutMs: 5_000 })[Symbol.asyncIterator]();
  const next = async () => (await stream.next()).value as { allocations: number; complete: boolean };
  expect(await next()).toMatchObject({ allocations: 0, complete: true });
  expect(await ada.allocate()).toBeUndefined();
  await expect.poll(async () => (await next()).allocations, { timeout: 10_000, interval: 0 }).toBe(1);
  await stream.return?.();
});

test('law 2: a renewed certificate is shown to newcomers, and cuts no allocation', async () => {
  const before = ada.certificate;
  await coturn.renewCertificate();
  await expect
    .poll(
      async () => {
        const newcomer = await login('ben');
        newcomer.close();
        return newcomer.certificate;
      },
      { timeout: 10_000 },
    )
    .not.toBe(before);
  expect(await ada.refresh(600)).toBeUndefined();
  expect(coturn.agent.load().allocations).toBe(1);
});

test('law 2: who waits for the drain waits until the last allocation has gone', async () => {
  let drained = false;
  const waiting = fetch(`http://127.0.0.1:${String(coturn.agent.drainPort)}/drained`).then(() => (drained = true));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(drained).toBe(false);
  expect(await ada.refresh(0)).toBeUndefined();
  await waiting;
});

test('an agent that is younger than its coturn does not take silence for emptiness', async () => {
  await coturn.restartAgent();
  expect(coturn.agent.load()).toMatchObject({ complete: false });
  expect(coturn.running).toBe(true);
});
