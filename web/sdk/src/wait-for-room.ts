/** Until there is room in a meeting: mostly the server keeps the socket's place in its line; where it can't, the join is asked again. */
import { limits } from '@parley/signaling/protocol/limits.js';
import type { WaitingReason } from '@parley/signaling/protocol/roster.js';
import type { Clock } from './clock.js';
import { ParleyError } from './parley-error.js';

/** There is no room in the meeting yet; the participant is let in as soon as there is. */
export interface WaitingForRoom {
  readonly reason: WaitingReason;
  /** Who came before and waits, too, as far as the server tells. */
  readonly ahead: number | undefined;
}

export interface RoomWait {
  readonly clock: Clock;
  /** Ends the wait. */
  readonly signal: AbortSignal | undefined;
  readonly onWaiting: (waiting: WaitingForRoom) => void;
}

const retryMs = 3_000;

/**
 * @param attempt tells by its argument when the server keeps it waiting.
 * @throws ParleyError what the attempt throws; MeetingClosed when the wait was ended; NoCapacity when it took too long.
 */
export async function waitForRoom<T>(
  attempt: (onWaiting: (waiting: WaitingForRoom) => void) => Promise<T>,
  { clock, signal, onWaiting }: RoomWait,
): Promise<T> {
  const endMs = clock.nowMs() + limits.waitForRoomMs;
  const seen = { waits: false };
  const note = (waiting: WaitingForRoom): void => {
    seen.waits = true;
    if (!isAborted(signal)) onWaiting(waiting);
  };
  for (;;) {
    if (isAborted(signal)) throw new ParleyError('MeetingClosed');
    try {
      return await attempt(note);
    } catch (thrown) {
      const error = ParleyError.from(thrown);
      if (isAborted(signal)) throw new ParleyError('MeetingClosed', { cause: error });
      // Whoever waits already goes on when the server that kept the place is gone.
      const goesOn = error.code === 'NoCapacity' || (seen.waits && error.retryable);
      if (!goesOn || clock.nowMs() >= endMs) throw error;
      if (error.code === 'NoCapacity') note({ reason: 'NoCapacity', ahead: undefined });
      await pause(clock, (error.retryAfterMs ?? retryMs) * (0.5 + clock.random()), signal);
    }
  }
}

/** Read anew: it changes during an attempt. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(delayMs, resolve);
    signal?.addEventListener(
      'abort',
      () => {
        cancel();
        resolve();
      },
      { once: true },
    );
  });
}
