import { RpcError } from '@parley/proto/rpc-error.js';
import { errorEntry, type ErrorCode } from './protocol/error-codes.js';
import type { RequestError } from './protocol/responses.js';

export interface FailureOptions extends ErrorOptions {
  readonly retryAfterMs?: number;
}

/** The one error of the client's boundary: a code of the table, and words for this very request. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  /** @param detail what was wrong here; the table's advice when left out. */
  constructor(code: ErrorCode, detail?: string, options: FailureOptions = {}) {
    super(detail ?? `${errorEntry(code).title}. ${errorEntry(code).advice}`, options);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Converts whatever a handler threw, once. What is not known becomes `Internal`, and its words stay inside. */
  static from(error: unknown): RequestFailure {
    if (error instanceof RequestFailure) return error;
    if (error instanceof RpcError && error.retryable)
      return new RequestFailure('Unavailable', undefined, { cause: error, retryAfterMs: 1_000 });
    return new RequestFailure('Internal', undefined, { cause: error });
  }

  toRequestError(): RequestError {
    return {
      code: this.code,
      detail: this.message,
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
    };
  }
}
