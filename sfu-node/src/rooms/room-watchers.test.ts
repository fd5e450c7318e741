import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RoomWatchers, type RoomEventBody, type RoomEventInit } from './room-watchers.js';

const unwatched = vi.fn<(signalingId: string) => void>();
const overflow = vi.fn<() => void>();
const snapshot: RoomEventBody = { case: 'snapshot', value: {} };
const removed = (producerId: string): RoomEventBody => ({ case: 'producerRemoved', value: { producerId } });
const score = (value: number): RoomEventBody => ({ case: 'producerScore', value: { producerId: 'p', score: value } });

let watchers: RoomWatchers;
beforeEach(() => {
  vi.useFakeTimers();
  unwatched.mockReset();
  overflow.mockReset();
  watchers = new RoomWatchers({
    generation: () => 1,
    limits: { queuedEvents: 4, watchersPerRoom: 2 },
    onUnwatched: unwatched,
    onOverflow: overflow,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function read(stream: AsyncIterable<RoomEventInit>): { cases: string[]; done: Promise<unknown> } {
  const cases: string[] = [];
  const done = (async (): Promise<void> => {
    for await (const { event } of stream) cases.push(event?.case ?? 'none');
  })().catch((error: unknown) => error);
  return { cases, done };
}
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

it('begins with a snapshot, and ends with why the room closed', async () => {
  const { cases, done } = read(watchers.watch('s1', snapshot, new AbortController().signal));
  watchers.broadcast(removed('a'));
  watchers.broadcast({ case: 'closed', value: { reason: 'DELETED' } });
  watchers.close();
  await done;
  expect(cases).toEqual(['snapshot', 'producerRemoved', 'closed']);
  expect(vi.getTimerCount()).toBe(0);
});

it('lets a replica replace its own stream without counting as unwatched', async () => {
  const first = read(watchers.watch('s1', snapshot, new AbortController().signal));
  watchers.watch('s1', snapshot, new AbortController().signal);
  expect(await first.done).toMatchObject({ code: 'ABORTED' });
  expect(unwatched).not.toHaveBeenCalled();
  expect(watchers.has('s1')).toBe(true);
});

it('tells when a replica is gone', () => {
  const abort = new AbortController();
  watchers.watch('s1', snapshot, abort.signal);
  abort.abort();
  expect(unwatched).toHaveBeenCalledExactlyOnceWith('s1');
  expect(vi.getTimerCount()).toBe(0);
});

it('ends only the stream of the replica that fell behind', () => {
  watchers.watch('slow', snapshot, new AbortController().signal);
  const quick = read(watchers.watch('quick', snapshot, new AbortController().signal));
  return settle().then(async () => {
    for (let index = 0; index < 5; index += 1) {
      watchers.broadcast(removed(String(index)));
      await settle();
    }
    expect(overflow).toHaveBeenCalledOnce();
    expect(unwatched).toHaveBeenCalledExactlyOnceWith('slow');
    expect(quick.cases).toHaveLength(6);
  });
});

it('sends only the newest of what is coalesced, and never overflows by it', async () => {
  const stream = watchers.watch('s1', snapshot, new AbortController().signal);
  for (let value = 0; value < 100; value += 1) {
    watchers.offer('score:p', score(value % 10), 's1');
    await vi.advanceTimersByTimeAsync(250);
  }
  expect(overflow).not.toHaveBeenCalled();
  const { cases } = read(stream);
  await vi.advanceTimersByTimeAsync(500);
  expect(cases.length).toBeLessThanOrEqual(4);
  expect(cases).toContain('producerScore');
});

it('says that it is alive every 5 s when there is nothing else', async () => {
  const { cases } = read(watchers.watch('s1', snapshot, new AbortController().signal));
  await vi.advanceTimersByTimeAsync(10_001);
  expect(cases).toEqual(['snapshot', 'keepAlive', 'keepAlive']);
});

it('refuses more replicas than the limit', () => {
  watchers.watch('s1', snapshot, new AbortController().signal);
  watchers.watch('s2', snapshot, new AbortController().signal);
  expect(() => watchers.watch('s3', snapshot, new AbortController().signal)).toThrow(/TooManyWatchers/);
});
