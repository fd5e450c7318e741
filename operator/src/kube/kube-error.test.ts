import { describe, expect, it } from 'vitest';
import { KubeError, kubeErrorOf } from './kube-error.js';

const status = (code: number, reason: string, details?: object) => ({
  kind: 'Status',
  code,
  reason,
  message: 'm',
  details,
});
const answer = (over: { status: number; retryAfter?: string; body?: unknown }) =>
  kubeErrorOf({ retryAfter: undefined, body: undefined, ...over });

describe("the API server's refusals", () => {
  it.each([
    ['a conflict of versions', answer({ status: 409, body: status(409, 'Conflict') }), 'Conflict', 'Conflict'],
    ['a name that is taken', answer({ status: 409, body: status(409, 'AlreadyExists') }), 'AlreadyExists', 'Conflict'],
    ['an expired continue', answer({ status: 410, body: status(410, 'Expired') }), 'Gone', 'Retry'],
    ['a 410 without a body', answer({ status: 410 }), 'Gone', 'Retry'],
    ['too many requests', answer({ status: 429 }), 'TooManyRequests', 'Retry'],
    ['a proxy that is down', answer({ status: 502, body: '<html>' }), 'ServerError', 'Retry'],
    ['an object that breaks a rule', answer({ status: 422, body: status(422, 'Invalid') }), 'Invalid', 'Terminal'],
    ['a missing right', answer({ status: 403 }), 'Forbidden', 'Terminal'],
    ['an error inside a watch', answer({ status: 500, body: status(410, 'Expired') }), 'Gone', 'Retry'],
  ])('%s', (_, error, code, errorClass) => {
    expect([error.code, error.class]).toEqual([code, errorClass]);
  });

  it('say when to come again, in the header or in the body', () => {
    expect(answer({ status: 429, retryAfter: '3' }).retryAfterMs).toBe(3_000);
    expect(answer({ status: 429, body: status(429, 'TooManyRequests', { retryAfterSeconds: 2 }) }).retryAfterMs).toBe(
      2_000,
    );
    expect(answer({ status: 429, retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT' }).retryAfterMs).toBeUndefined();
  });
});

describe('what was thrown', () => {
  it('is converted once', () => {
    const error = new KubeError('Gone', 'x');
    expect(KubeError.from(error)).toBe(error);
    expect(KubeError.from(new Error('ECONNREFUSED')).code).toBe('Network');
    expect(KubeError.from(new SyntaxError('json')).code).toBe('Truncated');
    expect(KubeError.from('?').code).toBe('Network');
  });
});
