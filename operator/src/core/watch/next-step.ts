/** Law 9: after whatever has happened to a list or a watch, there is a next step, and it is never 'stop'. */
import { backoffMs } from '@parley/process/backoff.js';

export type WatchFailure =
  /** 410, or a 410 inside a watch: what we would resume from has been compacted away. */
  | 'Gone'
  | 'TooManyRequests'
  | 'ServerError'
  /** Refused, reset, or closed in the middle. */
  | 'Network'
  /** No headers in time, or silence: perhaps a half-open socket. */
  | 'Timeout'
  /** The answer ended or broke inside a JSON value. */
  | 'Truncated'
  /** A page or an event larger than what we take. */
  | 'TooLarge'
  /** Unauthorized, forbidden, no such kind (yet), a request that the server doesn't understand. */
  | 'Refused';

export type WatchOutcome =
  | { readonly kind: 'Listed'; readonly resourceVersion: string }
  /** The server ended the watch properly. */
  | { readonly kind: 'WatchEnded' }
  | { readonly kind: 'RelistDue' }
  | { readonly kind: 'ListFailed'; readonly failure: WatchFailure; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'WatchFailed'; readonly failure: WatchFailure; readonly retryAfterMs?: number | undefined };

export interface WatchState {
  /** From where a watch goes on; undefined when only a list helps. */
  readonly resourceVersion: string | undefined;
  /** Steps in a row that brought nothing. */
  readonly failures: number;
  /** Objects asked for in one page; 0 asks for all in one. */
  readonly pageSize: number;
}

export interface WatchPolicy {
  readonly pageSize: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** After so many failed watches in a row the version itself is doubted, and a list is made. */
  readonly relistAfterFailures: number;
}

export interface WatchStepInput {
  readonly state: WatchState;
  readonly outcome: WatchOutcome;
  /** Whether a watch brought anything: an event, a bookmark, or a long quiet time that ended properly. */
  readonly progressed: boolean;
  /** From [0, 1). */
  readonly random: number;
}

export interface WatchStep {
  readonly action: 'List' | 'Watch';
  readonly delayMs: number;
  readonly state: WatchState;
}

/** What a reflector does next. Every failure waits with backoff and jitter; nothing ends the watch. */
export function nextWatchStep(input: WatchStepInput, policy: WatchPolicy): WatchStep {
  const { state, outcome } = input;
  switch (outcome.kind) {
    case 'Listed': {
      // Only a watch that works ends a row of failures: else lists that go well would feed watches that never do.
      const listed = { ...state, resourceVersion: outcome.resourceVersion, pageSize: policy.pageSize };
      return { action: 'Watch', delayMs: 0, state: listed };
    }
    case 'RelistDue':
      return { action: 'List', delayMs: 0, state: { ...state, resourceVersion: undefined } };
    case 'WatchEnded':
      return input.progressed ? goOn({ ...state, failures: 0 }, 0) : afterWatchFailure('Network', input, policy);
    case 'WatchFailed':
      return afterWatchFailure(outcome.failure, input, policy);
    case 'ListFailed':
      return afterListFailure(outcome.failure, input, policy);
  }
}

function afterWatchFailure(failure: WatchFailure, input: WatchStepInput, policy: WatchPolicy): WatchStep {
  const failures = failuresAfter(input);
  const delayMs = delayAfter(failures, input, policy);
  const unusable = failure === 'Gone' || failure === 'TooLarge' || failure === 'Refused';
  // 429 and silence say nothing about the version that we resume from.
  const doubtful = failures >= policy.relistAfterFailures && failure !== 'TooManyRequests';
  const resourceVersion = unusable || doubtful ? undefined : input.state.resourceVersion;
  return goOn({ ...input.state, resourceVersion, failures }, delayMs);
}

function goOn(state: WatchState, delayMs: number): WatchStep {
  return { action: state.resourceVersion === undefined ? 'List' : 'Watch', delayMs, state };
}

function afterListFailure(failure: WatchFailure, input: WatchStepInput, policy: WatchPolicy): WatchStep {
  // Pages belong together, so a list that failed starts again whole.
  const failures = input.state.failures + 1;
  return {
    action: 'List',
    delayMs: delayAfter(failures, input, policy),
    state: { resourceVersion: undefined, failures, pageSize: pageSizeAfter(failure, input.state.pageSize, policy) },
  };
}

/** An expired `continue` means that paging is slower than compaction: ask for all at once. Too large: for less. */
function pageSizeAfter(failure: WatchFailure, pageSize: number, policy: WatchPolicy): number {
  if (failure === 'Gone') return 0;
  if (failure === 'TooLarge') return Math.max(1, Math.floor((pageSize === 0 ? policy.pageSize : pageSize) / 2));
  return pageSize;
}

function failuresAfter(input: WatchStepInput): number {
  return input.progressed ? 1 : input.state.failures + 1;
}

/** Between half of and the whole exponential delay; never before the server wants to see us again. */
function delayAfter(failures: number, input: WatchStepInput, policy: WatchPolicy): number {
  const backoff = { firstMs: policy.backoffBaseMs, lastMs: policy.backoffCapMs };
  const delayMs = backoffMs(backoff, failures - 1, input.random);
  const asked = 'retryAfterMs' in input.outcome ? (input.outcome.retryAfterMs ?? 0) : 0;
  // Many watches are told the same moment; they come back spread out.
  return Math.max(delayMs, asked * (1 + 0.25 * input.random));
}
