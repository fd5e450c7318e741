import { status, type ServiceError } from '@grpc/grpc-js';

/** gRPC's status codes by name, such as `NOT_FOUND`. */
export type RpcCode = Exclude<keyof typeof status, 'OK'>;

/** The one error of this boundary: what a call threw, on either side. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcCode;

  constructor(code: RpcCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Converts whatever was thrown, once, at the edge. Unknown errors become `INTERNAL`. */
  static from(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    if (isServiceError(error)) return new RpcError(codeName(error.code), error.details, { cause: error });
    if (error instanceof Error && error.name === 'AbortError')
      return new RpcError('CANCELLED', 'cancelled', { cause: error });
    return new RpcError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  }

  /** Whether the same call may succeed later or elsewhere without being changed. */
  get retryable(): boolean {
    return this.code === 'UNAVAILABLE' || this.code === 'DEADLINE_EXCEEDED' || this.code === 'ABORTED';
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

export function codeName(code: number): RpcCode {
  const name = status[code];
  return name === undefined || name === 'OK' ? 'UNKNOWN' : (name as RpcCode);
}
