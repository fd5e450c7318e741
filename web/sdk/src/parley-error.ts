import { errorEntry, isErrorCode, type ErrorCode } from '@parley/signaling/protocol/error-codes.js';

/** What can go wrong on this side, beyond the server's own table of errors. */
const clientErrors = {
  NetworkFailed: { title: 'The server cannot be reached', advice: 'Check the connection, then try again.' },
  ConnectionLost: { title: 'The connection was lost', advice: 'Wait for it to come back, or join again.' },
  TimedOut: { title: 'The server did not answer in time', advice: 'Try again.' },
  UnexpectedAnswer: { title: 'The server answered in an unknown way', advice: 'Reload the page.' },
  BrowserUnsupported: { title: 'This browser cannot join meetings', advice: 'Use a current browser with WebRTC.' },
  MeetingClosed: { title: 'The meeting was left', advice: 'Join again.' },
} as const;

export type ParleyErrorCode = ErrorCode | keyof typeof clientErrors;

interface Details {
  readonly detail?: string;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

function entryOf(code: ParleyErrorCode): { title: string; advice: string; retryable: boolean } {
  if (isErrorCode(code)) return errorEntry(code);
  return { ...clientErrors[code], retryable: code !== 'BrowserUnsupported' && code !== 'MeetingClosed' };
}

/** The only error that the SDK throws and reports. */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  readonly code: ParleyErrorCode;
  /** What a person should do next. */
  readonly advice: string;
  /** Whether the same may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ParleyErrorCode, details: Details = {}) {
    const entry = entryOf(code);
    super(details.detail ?? entry.title, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.advice = entry.advice;
    this.retryable = entry.retryable;
    this.retryAfterMs = details.retryAfterMs;
  }

  static from(error: unknown): ParleyError {
    if (error instanceof ParleyError) return error;
    const detail = error instanceof Error ? error.message : String(error);
    return new ParleyError('UnexpectedAnswer', { detail, cause: error });
  }
}
