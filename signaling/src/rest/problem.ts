/** RFC 9457: every error of the REST API is application/problem+json, with a code of the error table. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { errorEntry } from '../protocol/error-codes.js';
import type { Problem } from '../protocol/rest.js';
import { RequestFailure } from '../request-failure.js';

export const problemContentType = 'application/problem+json';

export function problemOf(failure: RequestFailure, requestId: string): Problem {
  const { httpStatus, title } = errorEntry(failure.code);
  return {
    type: `urn:parley:error:${failure.code}`,
    title,
    status: httpStatus ?? 500,
    code: failure.code,
    detail: failure.message,
    requestId,
    ...(failure.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
  };
}

export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error);
    if (failure.code === 'Internal') request.log.error({ err: error }, 'request failed');
    return sendProblem(request, reply, failure);
  });
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, failure: RequestFailure): FastifyReply {
  const problem = problemOf(failure, request.id);
  if (failure.retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(failure.retryAfterMs / 1_000));
  return reply
    .status(problem.status)
    .type(problemContentType)
    .serializer((payload) => JSON.stringify(payload))
    .send(problem);
}

interface DescribedResponse {
  content?: Record<string, unknown>;
}

/** Errors have a media type of their own, which route schemas can't say. */
export function withProblems<D extends object>(document: D): D {
  const copy = structuredClone(document) as D & { paths?: Record<string, Record<string, { responses?: object }>> };
  for (const operations of Object.values(copy.paths ?? {})) {
    for (const { responses } of Object.values(operations)) {
      for (const [status, response] of Object.entries(responses ?? {}) as [string, DescribedResponse][]) {
        const content = response.content?.['application/json'];
        if (/^[45]/.test(status) && content !== undefined) response.content = { [problemContentType]: content };
      }
    }
  }
  return copy;
}

/** Fastify's own errors become codes of the table, too. */
function failureOf(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.slice(0, 5).map(({ instancePath, message }) => {
      const field = instancePath.replaceAll('/', '.').replace(/^\./, '');
      return field === '' ? (message ?? '') : `${field}: ${message ?? 'is not valid'}`;
    });
    return new RequestFailure('InvalidRequest', problems.join('; ').slice(0, 500));
  }
  const { statusCode, code } = error as Partial<FastifyError>;
  if (statusCode === 413) return new RequestFailure('PayloadTooLarge', undefined, { cause: error });
  if (statusCode === 415) return new RequestFailure('UnsupportedMediaType', undefined, { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500 && code !== undefined)
    return new RequestFailure('InvalidRequest', 'The request cannot be read: check that its body is JSON.', {
      cause: error,
    });
  return RequestFailure.from(error);
}
