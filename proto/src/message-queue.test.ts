import { expect, it } from 'vitest';
import { createMessageQueue, QueueOverflowError } from './message-queue.js';

async function readAll<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const message of messages) read.push(message);
  return read;
}

it('yields in order what was pushed before and while it is read, then ends', async () => {
  const queue = createMessageQueue<number>(10);
  queue.push(1);
  const reading = readAll(queue);
  queue.push(2);
  await Promise.resolve();
  queue.push(3);
  queue.end();
  expect(await reading).toEqual([1, 2, 3]);
  expect(queue.push(4)).toBe(false);
});

it('fails its reader instead of growing past its limit', async () => {
  const queue = createMessageQueue<number>(2);
  expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, false]);
  await expect(readAll(queue)).rejects.toThrow(QueueOverflowError);
});

it('takes nothing more once its reader has stopped', async () => {
  const queue = createMessageQueue<number>(2);
  queue.push(1);
  for await (const message of queue) {
    expect(message).toBe(1);
    break;
  }
  expect(queue.push(2)).toBe(false);
  expect(queue.length).toBe(0);
});
