/** What to tell a person about an error, and what they can do next. */
import type { ParleyErrorCode } from '@parley/sdk/parley-error.js';

export interface ErrorAdvice {
  readonly title: string;
  readonly text: string;
  /** Trying the same again can help. */
  readonly canRetry: boolean;
}

const known: Partial<Record<ParleyErrorCode, ErrorAdvice>> = {
  MeetingNotFound: {
    title: 'There is no such meeting',
    text: 'Check the link or the meeting id. The meeting may also have been removed.',
    canRetry: true,
  },
  MeetingEnded: { title: 'This meeting has ended', text: 'Ask the host for a new link.', canRetry: false },
  MeetingFull: {
    title: 'This meeting is full',
    text: 'As many people as it allows are in it. Try again when somebody has left.',
    canRetry: true,
  },
  NoCapacity: {
    title: 'There is no room for this meeting right now',
    text: 'The servers are busy. Try again in a moment.',
    canRetry: true,
  },
  RateLimited: {
    title: 'Too many attempts',
    text: 'Your network has made too many requests. Wait a minute, then try again.',
    canRetry: true,
  },
  TooManyAttempts: {
    title: 'Too many wrong passcodes',
    text: 'Wait a minute, then try again with the right passcode.',
    canRetry: true,
  },
  NetworkFailed: {
    title: 'The server cannot be reached',
    text: 'Check your internet connection, then try again.',
    canRetry: true,
  },
  ConnectionLost: {
    title: 'The connection was lost',
    text: 'It did not come back in time. Check your internet connection, then join again.',
    canRetry: true,
  },
  TimedOut: {
    title: 'The server did not answer',
    text: 'Check your internet connection, then try again.',
    canRetry: true,
  },
  BrowserUnsupported: {
    title: 'This browser cannot join meetings',
    text: 'Use a current version of Chrome, Edge, Firefox or Safari.',
    canRetry: false,
  },
};

export function describeError(code: ParleyErrorCode): ErrorAdvice {
  return (
    known[code] ?? {
      title: 'The meeting cannot be joined right now',
      text: `Something went wrong (${code}). Try again in a moment.`,
      canRetry: true,
    }
  );
}

/** Errors that belong beside the passcode field rather than on a page of their own. */
export function passcodeMessage(code: ParleyErrorCode): string | undefined {
  if (code === 'PasscodeRequired') return 'This meeting has a passcode. Enter it to join.';
  if (code === 'PasscodeWrong') return 'This passcode is wrong. Check it and try again.';
  return code === 'TooManyAttempts' ? 'Too many wrong passcodes. Wait a minute, then try again.' : undefined;
}
