/** Law 10: passcodes can't be tried out. Wrong ones are counted, and few are checked at the same time, as argon2 is dear. */
import { verify } from '@node-rs/argon2';
import { RequestFailure } from '../request-failure.js';
import type { RateLimiter } from './rate-limiter.js';

const maxAtOnce = 4;
const maxWaiting = 200;

export interface PasscodeAttempt {
  readonly meetingId: string;
  readonly addressKey: string;
  /** A PHC string; empty: no passcode is asked. */
  readonly hash: string;
  readonly passcode: string | undefined;
}

/** @throws RequestFailure PasscodeRequired, PasscodeWrong, TooManyAttempts, RateLimited. */
export type CheckPasscode = (attempt: PasscodeAttempt) => Promise<void>;

export function createPasscodeCheck(wrongOnes: RateLimiter): CheckPasscode {
  const turns = createTurns();
  return async ({ meetingId, addressKey, hash, passcode }) => {
    if (hash === '') return;
    if (passcode === undefined || passcode === '') throw new RequestFailure('PasscodeRequired');
    const key = `${meetingId}:${addressKey}`;
    const waitMs = await wrongOnes.peek(key);
    if (waitMs > 0) throw new RequestFailure('TooManyAttempts', undefined, { retryAfterMs: waitMs });
    if (await turns(() => verify(hash, passcode))) return;
    await wrongOnes.take(key);
    throw new RequestFailure('PasscodeWrong');
  };
}

function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= maxAtOnce) {
      if (waiting.length >= maxWaiting) throw new RequestFailure('RateLimited', undefined, { retryAfterMs: 2_000 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
