import { expect, test } from 'vitest';
import type { ClientSocket } from '../sockets/client-socket.js';
import { createEventGate, type EventGate } from './event-gate.js';

function aGate(): { gate: EventGate; sent: string[]; closed: string[] } {
  const sent: string[] = [];
  const closed: string[] = [];
  const socket: ClientSocket = {
    send: (json) => void sent.push(json),
    sendEvent: (event) => void sent.push(JSON.stringify(event)),
    close: (reason) => void closed.push(reason),
    open: true,
  };
  return { gate: createEventGate(socket), sent, closed };
}

const score = (value: number) => ({ type: 'consumerScore', consumerId: 'c', score: value }) as const;

test('nothing goes out before it is opened, then all of it in order', () => {
  const { gate, sent } = aGate();
  gate.sendJson('1');
  gate.sendJson('2');
  expect(sent).toEqual([]);
  gate.open();
  gate.sendJson('3');
  expect(sent).toEqual(['1', '2', '3']);
});

test('what concerns own consumers waits for the answer that makes them known; the rest does not', async () => {
  const { gate, sent } = aGate();
  gate.open();
  await gate.holdingOwn(async () => {
    gate.sendOwn(score(1));
    gate.sendJson('for everybody');
    await Promise.resolve();
    sent.push('answer');
  });
  expect(sent).toEqual(['for everybody', 'answer', JSON.stringify(score(1))]);
});

test('two requests at once: own events wait for both', async () => {
  const { gate, sent } = aGate();
  gate.open();
  let finish = (): void => undefined;
  const slow = gate.holdingOwn(() => new Promise<void>((resolve) => (finish = resolve)));
  await gate.holdingOwn(() => Promise.resolve());
  gate.sendOwn(score(1));
  expect(sent).toEqual([]);
  finish();
  await slow;
  expect(sent).toHaveLength(1);
});

test('law 6: what waits is bounded', () => {
  const { gate, closed } = aGate();
  for (let count = 0; count < 11; count += 1) gate.sendJson('x'.repeat(100 * 1024));
  expect(closed).toEqual(['SlowConsumer']);
});
