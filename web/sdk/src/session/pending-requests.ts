import '../zod-without-eval.js';
import type { ClientMessageInputOf, ClientMessageType } from '@parley/signaling/protocol/client-messages.js';
import { responseData, type RequestError, type ResponseData } from '@parley/signaling/protocol/responses.js';
import type { Clock } from '../clock.js';
import { ParleyError } from '../parley-error.js';

/** A request's fields, without the envelope. */
export type RequestBody<T extends ClientMessageType> = Omit<ClientMessageInputOf<T>, 'type' | 'id'>;

interface Pending {
  readonly settle: (answer: { data: unknown } | { error: ParleyError }) => void;
  readonly cancelTimeout: () => void;
}

/** Requests that wait for their response on one socket; each has a deadline. */
export interface PendingRequests {
  /** `send` gets the request's JSON text. */
  request<T extends ClientMessageType>(
    type: T,
    body: RequestBody<T>,
    send: (text: string) => void,
    timeoutMs?: number,
  ): Promise<ResponseData[T]>;
  succeed(to: number, data: unknown): void;
  fail(to: number, error: RequestError): void;
  failAll(error: ParleyError): void;
}

const requestTimeoutMs = 10_000;

export function createPendingRequests(clock: Clock): PendingRequests {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  const take = (id: number): Pending | undefined => {
    const found = pending.get(id);
    found?.cancelTimeout();
    pending.delete(id);
    return found;
  };
  return {
    request<T extends ClientMessageType>(
      type: T,
      body: RequestBody<T>,
      send: (text: string) => void,
      timeoutMs = requestTimeoutMs,
    ) {
      const id = ++lastId;
      return new Promise<ResponseData[T]>((resolve, reject) => {
        pending.set(id, {
          settle(answer) {
            if ('error' in answer) {
              reject(answer.error);
              return;
            }
            const parsed = responseData[type].safeParse(answer.data);
            if (parsed.success) resolve(parsed.data as ResponseData[T]);
            else reject(new ParleyError('UnexpectedAnswer', { detail: `answer to ${type}`, cause: parsed.error }));
          },
          cancelTimeout: clock.after(timeoutMs, () =>
            take(id)?.settle({ error: new ParleyError('TimedOut', { detail: `no answer to ${type}` }) }),
          ),
        });
        send(JSON.stringify({ ...body, type, id }));
      });
    },
    succeed: (to, data) => take(to)?.settle({ data }),
    fail(to, { code, detail, retryAfterMs }) {
      const error = new ParleyError(code, { detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
      take(to)?.settle({ error });
    },
    failAll(error) {
      for (const id of [...pending.keys()]) take(id)?.settle({ error });
    },
  };
}
