import { create } from '@bufbuild/protobuf';
import { ConsumeResponseSchema, RoomEventSchema, type ConsumeRequest } from '@parley/proto/gen/parley/v1/media_pb.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Room } from '../nodes/room.js';
import { createRoomView } from '../nodes/room-view.js';
import { createSeatMedia } from './seat-media.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A room on node-a, whose calls end after so long for the producers of each node. */
function aSeat(answersMs: Readonly<Record<string, number>>, nodeOf = (producerId: string) => producerId) {
  const view = createRoomView('node-a');
  for (const producerId of Object.keys(answersMs)) {
    const node = nodeOf(producerId);
    const take = (event: object): void => view.take(create(RoomEventSchema, { generation: 1, event: event as never }));
    take({ case: 'participantJoined', value: { id: `on ${node}`, node, metadataJson: '{}' } });
    take({
      case: 'producerAdded',
      value: { id: producerId, participantId: `on ${node}`, source: 'microphone', kind: 1 },
    });
  }
  const closed: string[] = [];
  const media = {
    consume: async ({ items }: ConsumeRequest) => {
      const [{ producerId } = { producerId: '' }] = items;
      await new Promise((resolve) => setTimeout(resolve, answersMs[producerId]));
      const results = items.map((item) => ({
        producerId: item.producerId,
        outcome: { case: 'consumer' as const, value: { id: `of ${item.producerId}`, producerId: item.producerId } },
      }));
      return create(ConsumeResponseSchema, { results });
    },
    updateConsumers: ({ updates }: { updates: readonly { consumerId: string }[] }) => {
      closed.push(...updates.map(({ consumerId }) => consumerId));
      return Promise.resolve({});
    },
  };
  const room = { meetingId: 'abc', placement: { node: 'node-a' }, view, media } as unknown as Room;
  const seat = createSeatMedia(room, 'me');
  const got: string[] = [];
  const wishes = Object.keys(answersMs).map((producerId) => ({ producerId, paused: true }));
  void seat.consume(wishes, 3_000).then((outcomes) => {
    for (const outcome of outcomes)
      got.push(`${outcome.producerId}: ${'consumer' in outcome ? 'consumer' : outcome.error.code}`);
  });
  return { got, closed };
}

test('what a node that is gone has sent hardly holds back what others send, and is undone if it comes', async () => {
  const { got, closed } = aSeat({ 'node-a': 5, 'node-b': 20, 'node-c': 2_500 });
  await vi.advanceTimersByTimeAsync(500);
  expect(got).toEqual([]);
  await vi.advanceTimersByTimeAsync(10);
  expect(got).toEqual(['node-a: consumer', 'node-b: consumer', 'node-c: RelayUnavailable']);
  expect(closed).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(closed).toEqual(['of node-c']);
});

test('what is on this node is waited for', async () => {
  const { got } = aSeat({ 'node-a': 900, 'node-b': 20, 'node-c': 800 });
  await vi.advanceTimersByTimeAsync(910);
  expect(got).toEqual(['node-a: consumer', 'node-b: consumer', 'node-c: RelayUnavailable']);
});

test('where nothing is there yet, all are waited for', async () => {
  const { got } = aSeat({ 'node-b': 2_900, 'node-c': 2_950 });
  await vi.advanceTimersByTimeAsync(2_960);
  expect(got).toEqual(['node-b: consumer', 'node-c: consumer']);
});

test('what somebody sent by a node that is gone does not hold back what he sends by another', async () => {
  const { got } = aSeat({ old: 2_500, new: 20 }, () => 'node-b');
  await vi.advanceTimersByTimeAsync(530);
  expect(got).toEqual(['old: RelayUnavailable', 'new: consumer']);
});

test('of many at once, those of a node are asked for together', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 25 }, (_, index) => [`p${String(index)}`, index === 0 ? 2_500 : 20]),
  );
  const { got } = aSeat({ ...many, near: 20 }, (id) => (id === 'near' ? 'node-c' : 'node-b'));
  await vi.advanceTimersByTimeAsync(530);
  expect(got.filter((each) => each.endsWith('consumer'))).toEqual(['near: consumer']);
});
