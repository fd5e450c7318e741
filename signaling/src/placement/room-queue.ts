/**
 * People for whom there is no room yet, let in as soon as there is: in each meeting one after the other, in the order in which they came
 * to this replica. Only the first of a meeting asks, when the operator tells of room, and after a while in any case.
 */
import { backoffMs } from '@parley/process/backoff.js';
import type { Logger } from '@parley/process/log.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { limits } from '../protocol/limits.js';
import type { WaitingReason } from '../protocol/roster.js';
import { RequestFailure } from '../request-failure.js';

export interface RoomQueue {
  /**
   * The first attempt is at once, unless others wait already.
   * @throws whatever the attempt throws, other than NoCapacity; RequestFailure NoCapacity when too many wait, or it took too long.
   */
  enter<T>(meetingId: string, attempt: () => Promise<T>, waiter: WaiterOptions<T>): Promise<T>;
  /** There may be room in the meeting now. */
  wake(meetingId: string): void;
  /** People who wait at this replica. */
  readonly size: number;
}

export interface WaiterOptions<T> {
  /** Aborts when whoever waits has gone. */
  readonly signal: AbortSignal;
  /** Called when the wait begins, and when there are fewer ahead. */
  onWaiting(waiting: Waiting): void;
  /** The attempt was a success after whoever waited had gone. */
  discard(entered: T): void;
}

export interface Waiting {
  readonly reason: WaitingReason;
  readonly ahead: number;
}

export interface RoomQueueOptions {
  readonly log: Logger;
  readonly random: () => number;
  readonly firstRetryMs?: number;
  readonly maxWaitMs?: number;
  readonly maxOfMeeting?: number;
  readonly maxOfAll?: number;
}

interface Waiter {
  /** @returns whether it is settled: let in, or failed for good. */
  tryNow(): Promise<boolean>;
  tell(ahead: number, reason: WaitingReason): void;
}

interface Line {
  readonly waiters: Waiter[];
  reason: WaitingReason;
  running: boolean;
  /** Woken while it was asking. */
  again: boolean;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

const lastRetryMs = 10_000;

export function createRoomQueue(options: RoomQueueOptions): RoomQueue {
  const { firstRetryMs = 1_000, maxWaitMs = limits.waitForRoomMs } = options;
  const { maxOfMeeting = limits.waitersPerMeeting, maxOfAll = 5_000 } = options;
  const lines = new Map<string, Line>();
  let size = 0;

  const tellAll = ({ waiters, reason }: Line): void => {
    for (const [ahead, waiter] of waiters.entries()) waiter.tell(ahead, reason);
  };
  const leave = (meetingId: string, line: Line, waiter: Waiter): void => {
    const index = line.waiters.indexOf(waiter);
    if (index === -1) return;
    line.waiters.splice(index, 1);
    size -= 1;
    if (line.waiters.length > 0) tellAll(line);
    else {
      clearTimeout(line.timer);
      lines.delete(meetingId);
    }
  };
  const schedule = (meetingId: string, line: Line): void => {
    const delayMs = backoffMs({ firstMs: firstRetryMs, lastMs: lastRetryMs }, line.failures, options.random());
    line.timer = setTimeout(() => void serve(meetingId, line), delayMs);
  };
  const serve = async (meetingId: string, line: Line): Promise<void> => {
    clearTimeout(line.timer);
    line.running = true;
    for (let first = line.waiters[0]; first !== undefined; first = line.waiters[0]) {
      line.again = false;
      if (await first.tryNow()) {
        line.failures = 0;
        leave(meetingId, line, first);
      } else if (!isAskedAgain(line)) break;
    }
    line.running = false;
    if (line.waiters.length === 0) return;
    line.failures += 1;
    schedule(meetingId, line);
  };
  const wake = (meetingId: string): void => {
    const line = lines.get(meetingId);
    if (line === undefined) return;
    line.failures = 0;
    if (line.running) line.again = true;
    else void serve(meetingId, line);
  };

  const wait = <T>(
    meetingId: string,
    attempt: () => Promise<T>,
    waiter: WaiterOptions<T> & { readonly reason: WaitingReason },
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const line = lines.get(meetingId) ?? {
        waiters: [],
        reason: waiter.reason,
        ...{ running: false, again: false, failures: 0, timer: undefined },
      };
      let ended = false;
      const hasEnded = (): boolean => ended;
      const end = (): void => {
        ended = true;
        clearTimeout(deadline);
        waiter.signal.removeEventListener('abort', giveUp);
        leave(meetingId, line, self);
      };
      const giveUp = (): void => {
        end();
        reject(new RequestFailure('NoCapacity', undefined, { retryAfterMs: firstRetryMs }));
      };
      const self: Waiter = {
        tryNow: async () => {
          if (hasEnded()) return true;
          try {
            const entered = await attempt();
            if (hasEnded()) waiter.discard(entered);
            else resolve(entered);
          } catch (error) {
            const reason = waitingReasonOf(error);
            if (reason !== undefined) {
              line.reason = reason;
              return hasEnded();
            }
            reject(error instanceof Error ? error : new Error(String(error)));
          }
          end();
          return true;
        },
        tell: (ahead, reason) => waiter.onWaiting({ ahead, reason }),
      };
      const deadline = setTimeout(giveUp, maxWaitMs);
      waiter.signal.addEventListener('abort', giveUp, { once: true });
      line.waiters.push(self);
      lines.set(meetingId, line);
      size += 1;
      self.tell(line.waiters.length - 1, line.reason);
      options.log.info(
        { meetingId, reason: line.reason, waiting: line.waiters.length },
        'a participant waits for room',
      );
      if (line.waiters.length === 1) schedule(meetingId, line);
    });

  return {
    enter: async (meetingId, attempt, waiter) => {
      const line = lines.get(meetingId);
      let reason = line?.reason;
      if (line === undefined) {
        try {
          return await attempt();
        } catch (error) {
          reason = waitingReasonOf(error);
          if (reason === undefined) throw error;
        }
      }
      const waiting = lines.get(meetingId)?.waiters.length ?? 0;
      if (waiting >= maxOfMeeting || size >= maxOfAll || waiter.signal.aborted)
        throw new RequestFailure('NoCapacity', undefined, { retryAfterMs: lastRetryMs });
      return wait(meetingId, attempt, { ...waiter, reason: reason ?? 'NoCapacity' });
    },
    wake,
    get size() {
      return size;
    },
  };
}

/** Read anew: it changes while the first one asks. */
function isAskedAgain(line: Line): boolean {
  return line.again;
}

/** Undefined for what waiting does not help against. */
function waitingReasonOf(error: unknown): WaitingReason | undefined {
  if (!(error instanceof RequestFailure) || error.code !== 'NoCapacity') return undefined;
  const said = error.cause instanceof RpcError ? error.cause.message : '';
  if (said.startsWith('NoNodeReady')) return 'NoNodeReady';
  return said.startsWith('TooManyAtOnce') ? 'TooManyAtOnce' : 'NoCapacity';
}
