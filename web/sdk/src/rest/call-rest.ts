/** One REST call: bounded in time, its answer checked, its failure a ParleyError. */
import '../zod-without-eval.js';
import { problem } from '@parley/signaling/protocol/rest.js';
import type { z } from 'zod';
import { ParleyError } from '../parley-error.js';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface RestCall<T> {
  readonly url: string;
  readonly init?: RequestInit;
  readonly schema: z.ZodType<T>;
}

const requestTimeoutMs = 10_000;

export async function callRest<T>(fetch: Fetch, { url, init, schema }: RestCall<T>): Promise<T> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(requestTimeoutMs) }).catch(
    (error: unknown) => {
      throw new ParleyError('NetworkFailed', { cause: error });
    },
  );
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw errorOf(response.status, body);
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ParleyError('UnexpectedAnswer', { cause: parsed.error });
  return parsed.data;
}

/** @param baseUrl such as `https://meet.example.org`; the page's own origin when it is empty. */
export function meetingUrl(baseUrl: string, meetingId: string): string {
  return `${baseUrl.replace(/\/$/, '')}/v1/meetings/${encodeURIComponent(meetingId)}`;
}

function errorOf(status: number, body: unknown): ParleyError {
  const parsed = problem.safeParse(body);
  // Not from signaling: a proxy before it that could not reach it.
  if (!parsed.success) return new ParleyError('Unavailable', { detail: `the server answered ${status}` });
  const { code, detail, retryAfterMs } = parsed.data;
  return new ParleyError(code, { detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
