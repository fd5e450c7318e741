import { RpcError } from '@parley/proto/rpc-error.js';
import { RequestFailure } from '../request-failure.js';
import type { ErrorCode } from '../protocol/error-codes.js';

/** What a node's refusal of a media request means to the client. @param missing what NOT_FOUND stands for in this request. */
export function mediaFailure(error: unknown, missing: ErrorCode): RequestFailure {
  if (error instanceof RequestFailure) return error;
  const failure = RpcError.from(error);
  switch (failure.code) {
    case 'NOT_FOUND':
      return failure.message.startsWith('no participant')
        ? new RequestFailure('MediaResetPending', undefined, { cause: failure })
        : new RequestFailure(missing, undefined, { cause: failure });
    case 'FAILED_PRECONDITION':
      return new RequestFailure('MediaResetPending', undefined, { cause: failure });
    case 'RESOURCE_EXHAUSTED':
      return failure.message.startsWith('TooMany')
        ? new RequestFailure('TooMuchMedia', undefined, { cause: failure })
        : new RequestFailure('NodeFull', undefined, { cause: failure, retryAfterMs: 2_000 });
    case 'INVALID_ARGUMENT':
      return new RequestFailure('MediaRefused', `The media parameters were refused: ${failure.message}`, {
        cause: failure,
      });
    case 'ALREADY_EXISTS':
      return new RequestFailure('MediaRefused', 'The producer id is taken: choose a random one.', { cause: failure });
    default:
      return RequestFailure.from(failure);
  }
}
