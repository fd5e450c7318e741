import { create } from '@bufbuild/protobuf';
import { RoomEventSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { describe, expect, test } from 'vitest';
import type { RoomMember } from './room-member.js';
import { createRoomView, type RoomView } from './room-view.js';

function aRoom(people: readonly string[]): { readonly view: RoomView; readonly called: string[] } {
  const view = createRoomView('node-a');
  const called: string[] = [];
  for (const id of people) arrive(view, id);
  for (const id of people) view.attach(aMember(id, called));
  return { view, called };
}

function arrive(view: RoomView, id: string, node = 'node-a'): void {
  view.take(
    create(RoomEventSchema, {
      generation: 1,
      event: { case: 'participantJoined', value: { id, node, metadataJson: '{}' } },
    }),
  );
}

function aMember(participantId: string, called: string[]): RoomMember {
  const nothing = (): void => undefined;
  return {
    participantId,
    onBroadcast: nothing,
    onEvent: nothing,
    onReset: nothing,
    onEnded: nothing,
    onDraining: () => called.push(participantId),
    onLeft: nothing,
    onAttachment: nothing,
  };
}

test('everybody is told once when a recording begins, and when it ends', () => {
  const view = createRoomView('node-a');
  const heard: string[] = [];
  view.recording = { recording: false, aloud: true };
  for (const id of ['a', 'b']) view.attach({ ...aMember(id, []), onBroadcast: (json) => heard.push(`${id} ${json}`) });
  for (const recording of [true, true, false]) view.recording = { recording, aloud: true };
  expect(heard).toEqual(
    [true, false].flatMap((recording) =>
      ['a', 'b'].map((id) => `${id} ${JSON.stringify({ type: 'recording', recording, aloud: true })}`),
    ),
  );
});

describe('a node that is relieved of some', () => {
  test('asks those beyond the ones who stay, whoever watches the room', () => {
    const { view, called } = aRoom(['d', 'a', 'c', 'b']);
    view.staying = 3;
    expect(called).toEqual(['d']);
    expect(['a', 'b', 'c', 'd'].map((id) => view.isToLeave(id))).toEqual([false, false, false, true]);
  });

  test('asks further ones when fewer are to stay, and nobody twice', () => {
    const { view, called } = aRoom(['a', 'b', 'c', 'd']);
    view.staying = 3;
    view.staying = 1;
    expect(called).toEqual(['d', 'b', 'c']);
  });

  test('does not count people on other nodes', () => {
    const { view, called } = aRoom(['c', 'd']);
    arrive(view, 'a', 'node-b');
    arrive(view, 'b', 'node-b');
    view.staying = 2;
    expect(called).toEqual([]);
    expect(view.isToLeave('z')).toBe(false);
  });

  test('asks again after it was called off', () => {
    const { view, called } = aRoom(['a', 'b']);
    view.staying = 1;
    view.staying = undefined;
    expect(view.isToLeave('b')).toBe(false);
    view.staying = 1;
    expect(called).toEqual(['b', 'b']);
  });

  test('everybody, where nobody is to stay', () => {
    const { view, called } = aRoom(['a', 'b']);
    view.staying = 0;
    expect(called).toEqual(['a', 'b']);
  });
});
