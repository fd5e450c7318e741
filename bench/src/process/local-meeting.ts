/** Puts a meeting onto nodes the way the operator does. */
import { randomInt } from 'node:crypto';
import { MeetingState, RelayKind } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { LocalNode } from './local-node.js';

export async function placeMeeting(meetingId: string, nodes: readonly LocalNode[], epoch = 1): Promise<void> {
  const topology = {
    meetingId,
    term: 1,
    epoch,
    state: MeetingState.PLACED,
    settings: { title: meetingId, maxParticipants: 2_000 },
    placements: nodes.map(({ name, grpcAddress }) => ({
      node: name,
      pool: 'bench',
      region: name,
      participantLimit: 2_000,
      grpcAddress,
    })),
    relays: meshOf(nodes.map(({ name }) => name)),
  };
  await Promise.all(nodes.map(({ node }) => node.applyTopology({ topology }, { deadlineMs: 5_000 })));
}

function meshOf(names: readonly string[]): { dialer: string; listener: string; kind: RelayKind }[] {
  const sorted = names.toSorted();
  return sorted.flatMap((dialer, at) =>
    sorted.slice(at + 1).map((listener) => ({ dialer, listener, kind: RelayKind.PEER })),
  );
}

/** An id as the operator gives it, but by chance. */
export function newMeetingId(): string {
  const letters = (count: number): string =>
    Array.from({ length: count }, () => String.fromCharCode(97 + randomInt(26))).join('');
  return `${letters(3)}-${letters(4)}-${letters(3)}`;
}
