/** What the end of a socket means for the session. */
import { errorEntry, isErrorCode, type ErrorCode } from '@parley/signaling/protocol/error-codes.js';

export type CloseVerdict =
  | { readonly kind: 'Reconnect' }
  /** The server said that coming back is of no use. */
  | { readonly kind: 'Final'; readonly code: ErrorCode };

/** The server names its error as the close reason; a socket that just broke has none. */
export function judgeClose(reason: string): CloseVerdict {
  if (!isErrorCode(reason) || errorEntry(reason).retryable) return { kind: 'Reconnect' };
  return { kind: 'Final', code: reason };
}
