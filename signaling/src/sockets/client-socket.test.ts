import { EventEmitter } from 'node:events';
import { createLogger } from '@parley/process/log.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { limits } from '../protocol/limits.js';
import { createClientSocket, type ClientSocket } from './client-socket.js';

/** What is used of ws's WebSocket. */
class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  closedWith: [number, string] | undefined;
  terminated = false;
  pings = 0;
  send(json: string): void {
    this.sent.push(json);
  }
  ping(): void {
    this.pings += 1;
  }
  close(code: number, reason: string): void {
    this.readyState = 2;
    this.closedWith = [code, reason];
  }
  terminate(): void {
    this.terminated = true;
  }
}

let socket: FakeWebSocket;
let client: ClientSocket;
const messages: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeWebSocket();
  messages.length = 0;
  client = createClientSocket({
    socket: socket as unknown as WebSocket,
    log: createLogger({ process: 'test', level: 'silent' }),
    onMessage: (text) => void messages.push(text),
    onClosed: () => undefined,
  });
});
afterEach(() => {
  socket.emit('close', 1006);
  vi.useRealTimers();
});

test('a client that answers pings lives; each time it also gets a heartbeat that it can see', () => {
  for (let beat = 0; beat < 10; beat += 1) {
    vi.advanceTimersByTime(limits.heartbeatIntervalMs);
    socket.emit('pong');
  }
  expect(socket.pings).toBe(10);
  expect(socket.sent).toEqual(Array(10).fill('{"type":"heartbeat"}'));
  expect(client.open).toBe(true);
});

test('a client that answers no ping is dead after its time, and cut off though it does not answer the close', () => {
  vi.advanceTimersByTime(limits.deadAfterMs);
  expect(client.open).toBe(true);
  vi.advanceTimersByTime(limits.heartbeatIntervalMs);
  expect(socket.closedWith).toEqual([4432, 'HeartbeatLost']);
  vi.advanceTimersByTime(1_000);
  expect(socket.terminated).toBe(true);
});

test('too much unsent closes it, and nothing more is sent or read', () => {
  client.send('a');
  socket.bufferedAmount = limits.unsentBytes + 1;
  client.send('b');
  expect(socket.closedWith).toEqual([4431, 'SlowConsumer']);
  socket.bufferedAmount = 0;
  client.send('c');
  socket.emit('message', Buffer.from('late'), false);
  expect(socket.sent).toEqual(['a']);
  expect(messages).toEqual([]);
});

test('the first reason for closing stands, and its error is told before', () => {
  client.close('MalformedMessage', { code: 'MalformedMessage', detail: 'no' });
  client.close('Left');
  expect(socket.sent).toEqual(['{"type":"error","error":{"code":"MalformedMessage","detail":"no"}}']);
  expect(socket.closedWith).toEqual([4400, 'MalformedMessage']);
});
