import { create } from '@bufbuild/protobuf';
import { LeaveReason, RoomEventSchema, type LeaveRequest } from '@parley/proto/gen/parley/v1/media_pb.js';
import { PlacementSchema } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createLogger } from '@parley/process/log.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { formatAttachment } from '../core/roster/attachment.js';
import type { MediaClient } from '../nodes/node-channels.js';
import { createRoomView } from '../nodes/room-view.js';
import type { Room } from '../nodes/room.js';
import type { RoomLease } from '../nodes/rooms.js';
import { limits } from '../protocol/limits.js';
import type { ClientSocket } from '../sockets/client-socket.js';
import { createSession, type RoomEntry, type Session, type SessionEnd } from './session.js';

interface FakeSocket extends ClientSocket {
  open: boolean;
  readonly sent: string[];
  readonly closed: string[];
}

function aSocket(): FakeSocket {
  const sent: string[] = [];
  const closed: string[] = [];
  return {
    ...{ sent, closed, open: true },
    send: (json) => void sent.push(json),
    sendEvent: (event) => void sent.push(JSON.stringify(event)),
    close: (reason) => void closed.push(reason),
  };
}

interface FakeLease extends RoomLease {
  readonly left: LeaveRequest['reason'][];
  /** Who leaves it when it is heard of again. */
  readonly leftBehind: string[];
  released: number;
}

function aLease(node = 'node-a'): FakeLease {
  const left: LeaveReason[] = [];
  const leftBehind: string[] = [];
  const leave = (request: { reason: LeaveReason }): Promise<unknown> => Promise.resolve(left.push(request.reason));
  const room: Room = {
    meetingId: 'm',
    placement: create(PlacementSchema, { node }),
    media: { leave } as unknown as MediaClient,
    view: createRoomView(node),
    ready: () => Promise.resolve({}),
    leaveBehind: (participantId) => void leftBehind.push(participantId),
    close: () => undefined,
  };
  const lease: FakeLease = { room, left, leftBehind, released: 0, release: () => void (lease.released += 1) };
  return lease;
}

const own = { turn: 1, connection: 'own' };
const entry: RoomEntry = { generation: 1, attachment: own, keepsEarlier: false };
let socket: FakeSocket;
let lease: FakeLease;
let session: Session;
let ends: SessionEnd[];
let migrations: number;

beforeEach(() => {
  vi.useFakeTimers();
  socket = aSocket();
  lease = aLease();
  ends = [];
  migrations = 0;
  session = createSession({
    seat: { meetingId: 'm', participantId: 'ada', name: 'Ada', region: '', node: 'node-a' },
    attachment: own,
    socket,
    maxParticipants: 2,
    log: createLogger({ process: 'test', level: 'silent' }),
    onReset: () => undefined,
    onRestored: () => undefined,
    onClosed: (_session, end) => void ends.push(end),
    onMigrated: () => void (migrations += 1),
  });
  session.enterRoom(lease, entry);
  session.gate.open();
});
afterEach(() => {
  vi.useRealTimers();
});

const participant = (id: string, more: { joinedAtMs?: number; metadataJson?: string } = {}) =>
  create(RoomEventSchema, {
    generation: 1,
    event: { case: 'participantJoined', value: { id, name: id, node: 'node-a', ...more } },
  });

describe('a lost socket', () => {
  test('leaves the participant in the meeting for the grace, and takes it out then', () => {
    socket.open = false;
    session.socketLost();
    vi.advanceTimersByTime(limits.resumeWithinMs - 1);
    expect(lease.left).toEqual([]);
    expect(lease.released).toBe(0);
    vi.advanceTimersByTime(1);
    expect(lease.left).toEqual([LeaveReason.LOST]);
    expect(ends).toEqual(['Lost']);
    expect(lease.released).toBe(1);
  });

  test('whose participant came back on another replica: this one lets go, and takes nobody out', () => {
    session.socketLost();
    lease.room.view.take(participant('ada', { metadataJson: formatAttachment({ turn: 2, connection: 'elsewhere' }) }));
    expect(ends).toEqual(['Replaced']);
    vi.advanceTimersByTime(limits.resumeWithinMs * 2);
    expect(lease.left).toEqual([]);
  });

  test('while the media is gone, too: the participant is taken out just so', () => {
    lease.room.view.reset('RoomRebuilt', 2);
    session.socketLost();
    vi.advanceTimersByTime(limits.resumeWithinMs);
    expect(lease.left).toEqual([LeaveReason.LOST]);
  });
});

describe('media that is reset', () => {
  test('is told once, and a rejoin takes another room', () => {
    lease.room.view.reset('NodeLost');
    lease.room.view.reset('NodeLost');
    expect(socket.sent).toEqual(['{"type":"mediaReset","reason":"NodeLost"}']);
    expect(() => session.requireMedia()).toThrow(expect.objectContaining({ code: 'MediaResetPending' }) as Error);
    const next = aLease('node-b');
    session.enterRoom(next, entry);
    expect(session.requireMedia().room).toBe(next.room);
    expect(session.seat.node).toBe('node-b');
    // A lost node is not called until it is heard of again.
    expect(lease.left).toEqual([]);
    expect(lease.leftBehind).toEqual([session.seat.participantId]);
  });

  test('of a generation that the session has already is no news', () => {
    lease.room.view.reset('RoomRebuilt', 1);
    expect(socket.sent).toEqual([]);
  });

  test('a rejoin elsewhere takes the participant out of the room that it leaves', () => {
    lease.room.view.reset('Moved');
    session.enterRoom(aLease('node-b'), entry);
    expect(lease.left).toEqual([LeaveReason.LOST]);
  });
});

describe('a node that is emptied (law 3)', () => {
  const asked = '{"type":"migrate"}';
  const drain = (): void => {
    lease.room.view.staying = 0;
    vi.advanceTimersByTime(100);
  };

  test('asks its people to migrate, once, and takes them out when they say that they have', async () => {
    drain();
    lease.room.view.staying = 0;
    vi.advanceTimersByTime(100);
    expect(socket.sent).toEqual([asked]);
    const next = aLease('node-b');
    session.enterRoom(next, { ...entry, keepsEarlier: true });
    expect(session.requireMedia().room).toBe(next.room);
    vi.advanceTimersByTime(5_000);
    expect(lease.left).toEqual([]);
    await session.leaveEarlier();
    await session.leaveEarlier();
    expect(lease.left).toEqual([LeaveReason.LEFT]);
    expect(next.left).toEqual([]);
    expect(migrations).toBe(1);
  });

  test('is left in the end by who never says so', () => {
    drain();
    session.enterRoom(aLease('node-b'), { ...entry, keepsEarlier: true });
    vi.advanceTimersByTime(15_000);
    expect(lease.left).toEqual([LeaveReason.LEFT]);
  });

  test('reconnects who does not migrate', () => {
    drain();
    vi.advanceTimersByTime(20_000);
    expect(socket.sent).toEqual([asked, '{"type":"mediaReset","reason":"Moved"}']);
    expect(migrations).toBe(0);
  });

  test('asks nobody once it is wanted again', () => {
    lease.room.view.staying = 0;
    lease.room.view.staying = undefined;
    vi.advanceTimersByTime(30_000);
    expect(socket.sent).toEqual([]);
  });

  test('asks those who come back to it', () => {
    const draining = aLease('node-b');
    draining.room.view.staying = 0;
    session.enterRoom(draining, entry);
    session.gate.open();
    vi.advanceTimersByTime(100);
    expect(socket.sent).toEqual([asked]);
  });

  test('is left at once by who leaves the meeting while migrating', () => {
    drain();
    session.enterRoom(aLease('node-b'), { ...entry, keepsEarlier: true });
    session.close('Left');
    expect(lease.left).toEqual([LeaveReason.LEFT]);
  });
});

test('an older holder of the seat does not take it over', () => {
  lease.room.view.take(participant('ada', { metadataJson: formatAttachment({ turn: 0, connection: 'old' }) }));
  expect(ends).toEqual([]);
});

test('a meeting that ends is told with its reason before the socket closes', () => {
  lease.room.view.ended('EndedByHost');
  expect(socket.sent).toEqual(['{"type":"ended","reason":"EndedByHost"}']);
  expect(socket.closed).toEqual(['MeetingEnded']);
  expect(lease.left).toEqual([]);
});

test('who was one too many, as told a moment later, has to go; who was earlier stays', () => {
  lease.room.view.take(participant('bob', { joinedAtMs: 1 }));
  lease.room.view.take(participant('eve', { joinedAtMs: 2 }));
  lease.room.view.take(participant('ada', { joinedAtMs: 3, metadataJson: formatAttachment(own) }));
  vi.advanceTimersByTime(1_000);
  expect(socket.closed).toEqual(['MeetingFull']);
  expect(lease.left).toEqual([LeaveReason.REMOVED]);
});

test('closing is idempotent, and a closed session takes no room', () => {
  session.close('Replaced');
  session.close('Left');
  expect(ends).toEqual(['Replaced']);
  const late = aLease('node-b');
  expect(() => session.enterRoom(late, entry)).toThrow(expect.objectContaining({ code: 'Replaced' }) as Error);
  expect(late.released).toBe(1);
});
