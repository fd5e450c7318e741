/** The two REST calls before a meeting: what is it, and let me in. */
import '../zod-without-eval.js';
import {
  joinAnswer,
  meetingAnswer,
  problem,
  type JoinAnswer,
  type JoinBody,
  type MeetingAnswer,
} from '@parley/signaling/protocol/rest.js';
import type { z } from 'zod';
import { ParleyError } from '../parley-error.js';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** `baseUrl` such as `https://meet.example.org`; the page's own origin when it is empty. */
export interface MeetingsClient {
  describe(meetingId: string): Promise<MeetingAnswer>;
  join(meetingId: string, body: JoinBody): Promise<JoinAnswer>;
}

const requestTimeoutMs = 10_000;

export function createMeetingsClient(baseUrl: string, fetch: Fetch): MeetingsClient {
  const urlOf = (meetingId: string, action = ''): string =>
    `${baseUrl.replace(/\/$/, '')}/v1/meetings/${encodeURIComponent(meetingId)}${action}`;

  async function call<T>(url: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
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

  return {
    describe: (meetingId) => call(urlOf(meetingId), {}, meetingAnswer),
    join: (meetingId, body) =>
      call(
        urlOf(meetingId, '/join'),
        { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
        joinAnswer,
      ),
  };
}

function errorOf(status: number, body: unknown): ParleyError {
  const parsed = problem.safeParse(body);
  // Not from signaling: a proxy before it that could not reach it.
  if (!parsed.success) return new ParleyError('Unavailable', { detail: `the server answered ${status}` });
  const { code, detail, retryAfterMs } = parsed.data;
  return new ParleyError(code, { detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
