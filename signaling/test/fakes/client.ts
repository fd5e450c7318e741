/** A client of the protocol over a real WebSocket, which checks all that it receives against the schemas. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientMessageInputOf, ClientMessageType } from '@parley/signaling/protocol/client-messages.js';
import type { JoinAnswer, Problem } from '@parley/signaling/protocol/rest.js';
import {
  responseData,
  type RequestError,
  type ResponseData,
  type Welcome,
} from '@parley/signaling/protocol/responses.js';
import {
  serverMessage,
  type ServerEvent,
  type ServerEventOf,
  type ServerEventType,
  type ServerMessage,
} from '@parley/signaling/protocol/server-messages.js';
import { socketPath, subprotocol } from '@parley/signaling/protocol/version.js';

export const rtpCapabilities = { codecs: [], headerExtensions: [] };

export interface JoinOptions {
  readonly name?: string;
  readonly passcode?: string;
  readonly speakerPasscode?: string;
  readonly hostPasscode?: string;
  readonly region?: string;
}

export type Fetched<T> = { readonly status: number; readonly headers: Headers; readonly body: T };

export async function postJoin(
  port: number,
  meetingId: string,
  options: JoinOptions = {},
): Promise<Fetched<JoinAnswer & Problem>> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/v1/meetings/${meetingId}/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada', ...options }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as JoinAnswer & Problem };
}

type Response = Extract<ServerMessage, { type: 'response' }>;

export interface TestClient {
  readonly events: readonly ServerEvent[];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;
  /** @throws RefusedError with the protocol's error. */
  request<T extends ClientMessageType>(
    message: Omit<ClientMessageInputOf<T>, 'id'> & { type: T },
  ): Promise<ResponseData[T]>;
  sendRaw(data: string | Buffer): void;
  /** The first event of the type that matches, past or to come. */
  event<T extends ServerEventType>(type: T, matches?: (event: ServerEventOf<T>) => boolean): Promise<ServerEventOf<T>>;
  /** Cuts the connection without a word. */
  cut(): void;
}

export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;
  constructor(error: RequestError) {
    super(`${error.code}: ${error.detail}`);
    this.code = error.code;
  }
}

const deadlineMs = 8_000;

export async function openClient(port: number): Promise<TestClient> {
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}${socketPath}`, subprotocol);
  const events: ServerEvent[] = [];
  const pending = new Map<
    number,
    { type: ClientMessageType; resolve: (r: Response) => void; reject: (e: Error) => void }
  >();
  const waiting = new Set<() => void>();
  let nextId = 1;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      for (const { reject, type } of pending.values()) {
        reject(new Error(`socket closed before ${type} was answered: ${String(code)} ${reason.toString()}`));
      }
    });
  });
  socket.on('error', () => undefined);
  socket.on('message', (data: Buffer) => {
    const message = serverMessage.parse(JSON.parse(data.toString()));
    if (message.type === 'response') {
      pending.get(message.to)?.resolve(message);
      pending.delete(message.to);
    } else {
      events.push(message);
      for (const check of waiting) check();
    }
  });
  await Promise.race([once(socket, 'open'), closed]);
  return {
    events,
    closed,
    socket,
    request: async (message) => {
      const id = nextId;
      nextId += 1;
      const answer = new Promise<Response>((resolve, reject) => {
        pending.set(id, { type: message.type, resolve, reject });
      });
      socket.send(JSON.stringify({ ...message, id }));
      const response = await inTime(answer, `answer to ${message.type}`);
      if (!response.ok) throw new RefusedError(response.error);
      return responseData[message.type].parse(response.data) as ResponseData[typeof message.type];
    },
    sendRaw: (data) => {
      socket.send(data);
    },
    event: (type, matches = () => true) =>
      inTime(
        new Promise((resolve) => {
          const check = (): void => {
            const found = events.find((event) => event.type === type && matches(event as ServerEventOf<typeof type>));
            if (found === undefined) return;
            waiting.delete(check);
            resolve(found as ServerEventOf<typeof type>);
          };
          waiting.add(check);
          check();
        }),
        `event ${type}`,
      ),
    cut: () => {
      socket.terminate();
    },
  };
}

/** REST, socket and hello. */
export async function enter(
  port: number,
  meetingId: string,
  options: JoinOptions & { readonly subscribe?: 'all' | 'none' } = {},
): Promise<{ client: TestClient; welcome: Welcome }> {
  const { subscribe = 'all', ...join } = options;
  const { status, body } = await postJoin(port, meetingId, join);
  if (status !== 200) throw new Error(`join answered ${String(status)} ${body.code}: ${body.detail}`);
  const client = await openClient(port);
  const welcome = await client.request({ type: 'hello', token: body.token, rtpCapabilities, subscribe });
  return { client, welcome };
}

export async function resume(port: number, resumeToken: string): Promise<{ client: TestClient; welcome: Welcome }> {
  const client = await openClient(port);
  const welcome = await client.request({ type: 'hello', resumeToken, rtpCapabilities, subscribe: 'all' });
  return { client, welcome };
}

export async function inTime<T>(promise: Promise<T>, what: string, ms: number = deadlineMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no ${what} within ${String(ms)} ms`));
    }, ms);
  });
  return Promise.race([promise, overdue]).finally(() => {
    clearTimeout(timer);
  });
}

/** Waits until the condition holds. */
export async function until(what: string, holds: () => boolean, ms: number = deadlineMs): Promise<void> {
  const endMs = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`${what}: not within ${String(ms)} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
