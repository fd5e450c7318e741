/**
 * Keeps the order that a client relies on: nothing before its welcome, and nothing of a consumer before the answer that makes it
 * known. What waits is bounded by what a slow client may leave unsent.
 */
import { limits } from '../protocol/limits.js';
import type { ServerEvent } from '../protocol/server-messages.js';
import type { ClientSocket } from '../sockets/client-socket.js';

export interface EventGate {
  /** For everybody. */
  sendJson(json: string): void;
  send(event: ServerEvent): void;
  /** About this participant's own media. */
  sendOwn(event: ServerEvent): void;
  /** Until `open`, everything waits. */
  shut(): void;
  open(): void;
  /** Own events wait while `work` runs and until its result was sent. */
  holdingOwn<T>(work: () => Promise<T>): Promise<T>;
}

export function createEventGate(socket: ClientSocket): EventGate {
  let shut = true;
  let holds = 0;
  let waiting: string[] = [];
  let waitingOwn: string[] = [];
  let waitingBytes = 0;

  const keep = (queue: string[], json: string): void => {
    waitingBytes += json.length;
    if (waitingBytes > limits.unsentBytes) socket.close('SlowConsumer');
    else queue.push(json);
  };
  const sendJson = (json: string): void => {
    if (shut) keep(waiting, json);
    else socket.send(json);
  };
  const flush = (): void => {
    if (shut) return;
    const ready = [...waiting, ...(holds === 0 ? waitingOwn : [])];
    waiting = [];
    if (holds === 0) waitingOwn = [];
    waitingBytes = waitingOwn.reduce((sum, json) => sum + json.length, 0);
    for (const json of ready) socket.send(json);
  };
  return {
    sendJson,
    send: (event) => {
      sendJson(JSON.stringify(event));
    },
    sendOwn: (event) => {
      const json = JSON.stringify(event);
      if (shut || holds > 0) keep(waitingOwn, json);
      else socket.send(json);
    },
    shut: () => {
      shut = true;
    },
    open: () => {
      shut = false;
      flush();
    },
    holdingOwn: async (work) => {
      holds += 1;
      try {
        return await work();
      } finally {
        holds -= 1;
        flush();
      }
    },
  };
}
