import { z } from 'zod';

/**
 * What went wrong, as far as the caller can tell them apart.
 * `Timeout`, `Network`, `Truncated` and `TooLarge` are found here; the others are the API server's answers.
 */
export type KubeErrorCode =
  | 'Aborted'
  | 'AlreadyExists'
  | 'BadRequest'
  | 'Conflict'
  | 'Forbidden'
  | 'Gone'
  | 'Invalid'
  | 'Network'
  | 'NotFound'
  | 'NotLeading'
  | 'ServerError'
  | 'Timeout'
  | 'TooLarge'
  | 'TooManyRequests'
  | 'Truncated'
  | 'Unauthorized'
  | 'Unparsable';

/**
 * What to do about it: `Retry` will likely pass by itself; `Conflict` means that what we know is old, so look again
 * and decide again; `Terminal` stays until someone changes something.
 */
export type KubeErrorClass = 'Retry' | 'Conflict' | 'Terminal';

export interface KubeErrorDetails {
  readonly status?: number;
  /** The `reason` of the API server's Status. */
  readonly reason?: string;
  /** From `Retry-After`, or from the Status's details. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

const CLASS_OF: Record<KubeErrorCode, KubeErrorClass> = {
  Aborted: 'Retry',
  AlreadyExists: 'Conflict',
  BadRequest: 'Terminal',
  Conflict: 'Conflict',
  Forbidden: 'Terminal',
  Gone: 'Retry',
  Invalid: 'Terminal',
  Network: 'Retry',
  NotFound: 'Terminal',
  NotLeading: 'Retry',
  ServerError: 'Retry',
  Timeout: 'Retry',
  TooLarge: 'Terminal',
  TooManyRequests: 'Retry',
  Truncated: 'Retry',
  Unauthorized: 'Retry',
  Unparsable: 'Terminal',
};

export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: KubeErrorCode, message: string, details: KubeErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterMs = details.retryAfterMs;
  }

  get class(): KubeErrorClass {
    return CLASS_OF[this.code];
  }

  /** Converts whatever was thrown, once, at the edge. */
  static from(thrown: unknown): KubeError {
    if (thrown instanceof KubeError) return thrown;
    if (thrown instanceof SyntaxError) return new KubeError('Truncated', thrown.message, { cause: thrown });
    if (thrown instanceof Error && thrown.name === 'AbortError')
      return new KubeError('Aborted', 'the caller gave up', { cause: thrown });
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new KubeError('Network', message, { cause: thrown });
  }
}

const statusSchema = z.object({
  kind: z.literal('Status'),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
});

/** The error that an answer stands for: its status code, its `Retry-After`, and a Status in its body if there is one. */
export function kubeErrorOf(answer: {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: unknown;
}): KubeError {
  const parsed = statusSchema.safeParse(answer.body);
  const status = parsed.success ? parsed.data : undefined;
  const code = status?.code ?? answer.status;
  const retryAfterMs = retryAfterMsOf(answer.retryAfter, status?.details?.retryAfterSeconds);
  return new KubeError(codeOf(code, status?.reason), status?.message ?? `the API server answered ${String(code)}`, {
    status: code,
    ...(status?.reason === undefined ? {} : { reason: status.reason }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function retryAfterMsOf(header: string | undefined, detailSeconds: number | undefined): number | undefined {
  if (header !== undefined && /^\d{1,6}$/.test(header)) return Number(header) * 1000;
  return detailSeconds === undefined ? undefined : detailSeconds * 1000;
}

const CODE_OF_STATUS: Readonly<Record<number, KubeErrorCode>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  408: 'Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'TooLarge',
  422: 'Invalid',
  429: 'TooManyRequests',
  504: 'Timeout',
};

function codeOf(status: number, reason: string | undefined): KubeErrorCode {
  if (reason === 'AlreadyExists') return 'AlreadyExists';
  if (reason === 'Expired' || reason === 'Gone') return 'Gone';
  return CODE_OF_STATUS[status] ?? (status >= 500 ? 'ServerError' : 'BadRequest');
}
