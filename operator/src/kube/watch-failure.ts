import type { WatchFailure } from '../core/watch/next-step.js';
import type { KubeErrorCode } from './kube-error.js';

/** What an error means for a list or a watch. */
export const WATCH_FAILURE_OF: Readonly<Record<KubeErrorCode, WatchFailure>> = {
  Aborted: 'Network',
  AlreadyExists: 'Refused',
  BadRequest: 'Refused',
  Conflict: 'Refused',
  Forbidden: 'Refused',
  Gone: 'Gone',
  Invalid: 'Refused',
  Network: 'Network',
  NotFound: 'Refused',
  NotLeading: 'Refused',
  ServerError: 'ServerError',
  Timeout: 'Timeout',
  TooLarge: 'TooLarge',
  TooManyRequests: 'TooManyRequests',
  Truncated: 'Truncated',
  Unauthorized: 'Refused',
  Unparsable: 'Refused',
};
