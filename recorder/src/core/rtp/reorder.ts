/**
 * Packets in the order in which they were sent. What is late, because it was lost and sent again, is waited for a while; then it
 * counts as lost. Bounded in time and in packets. Pure: a state in, a state and what is due out.
 */
import type { RtpPacket } from './rtp-packet.js';

export interface ArrivedPacket {
  readonly packet: RtpPacket;
  readonly arrivedMs: number;
}

export interface ReorderLimits {
  /** So long the packet behind a hole waits for what is missing. */
  readonly waitMs: number;
  /** At most so many wait. */
  readonly packets: number;
}

export interface ReorderState {
  /** The sequence number that is due, unwrapped; undefined before the first. */
  readonly next: number | undefined;
  /** By unwrapped sequence number, ascending. */
  readonly waiting: readonly { readonly at: number; readonly arrived: ArrivedPacket }[];
}

export interface Reordered {
  readonly state: ReorderState;
  readonly due: readonly ArrivedPacket[];
  /** Packets given up. */
  readonly lost: number;
  /** Came twice, or after they were given up. */
  readonly dropped: number;
}

export const emptyReorder: ReorderState = { next: undefined, waiting: [] };

export function reorder(state: ReorderState, arrived: ArrivedPacket, limits: ReorderLimits): Reordered {
  const at = unwrap(arrived.packet.sequence, state.next);
  const next = state.next ?? at;
  if (at === next && state.waiting.length === 0)
    return { state: { next: at + 1, waiting: state.waiting }, due: [arrived], lost: 0, dropped: 0 };
  const behind = state.waiting.findLastIndex((other) => other.at <= at);
  if (at < next || state.waiting[behind]?.at === at)
    return { ...release({ ...state, next }, arrived.arrivedMs, limits), dropped: 1 };
  const waiting = state.waiting.toSpliced(behind + 1, 0, { at, arrived });
  return { ...release({ next, waiting }, arrived.arrivedMs, limits), dropped: 0 };
}

/** What is due by now, when nothing has come. */
export function releaseDue(state: ReorderState, nowMs: number, limits: ReorderLimits): Reordered {
  return { ...release(state, nowMs, limits), dropped: 0 };
}

function release(state: ReorderState, nowMs: number, limits: ReorderLimits): Omit<Reordered, 'dropped'> {
  const { waiting } = state;
  let { next } = state;
  let lost = 0;
  let released = 0;
  for (const { at, arrived } of waiting) {
    const overdue = nowMs - arrived.arrivedMs >= limits.waitMs || waiting.length - released > limits.packets;
    if (next !== undefined && at > next && !overdue) break;
    lost += next === undefined ? 0 : at - next;
    next = at + 1;
    released += 1;
  }
  return {
    state: { next, waiting: waiting.slice(released) },
    due: waiting.slice(0, released).map(({ arrived }) => arrived),
    lost,
  };
}

/** The number nearest to the expected one that has these 16 bits. */
function unwrap(sequence: number, expected: number | undefined): number {
  if (expected === undefined) return sequence;
  const difference = (((sequence - expected) % 0x10000) + 0x18000) % 0x10000;
  return expected + difference - 0x8000;
}
