/** A participant without a browser: REST, the socket, a microphone and consumers of what the others send; no media flows. */
import { once } from 'node:events';
import type { ClientMessageInputOf, ClientMessageType } from '@parley/signaling/protocol/client-messages.js';
import { joinAnswer } from '@parley/signaling/protocol/rest.js';
import { responseData, type ResponseData } from '@parley/signaling/protocol/responses.js';
import { serverMessage } from '@parley/signaling/protocol/server-messages.js';
import { WebSocket } from 'ws';

export interface SocketParticipant {
  /** That it is on. */
  readonly node: string;
  /** Whether it was to wait for room before it got in. */
  readonly waited: boolean;
  /** @returns the producer's id. */
  produceMicrophone(rtpParameters: object): Promise<string>;
  consume(producerIds: readonly string[]): Promise<void>;
  /** Says so; whoever only goes keeps a place for as long as sessions can be resumed. */
  leave(): Promise<void>;
  close(): void;
}

type Request<T extends ClientMessageType> = Omit<ClientMessageInputOf<T>, 'id'> & { readonly type: T };

export interface SocketEntry {
  /** host:port of signaling. */
  readonly address: string;
  readonly meetingId: string;
  readonly name: string;
}

/** @throws Error with what it was told, when it is refused. */
export async function enterBySocket({ address, meetingId, name }: SocketEntry): Promise<SocketParticipant> {
  const response = await fetch(`http://${address}/v1/meetings/${meetingId}/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (!response.ok) throw new Error(`${name} could not join: ${await response.text()}`);
  const { url, protocol, token, routerRtpCapabilities } = joinAnswer.parse(await response.json());
  const socket = new WebSocket(url, protocol);
  await once(socket, 'open');
  let waited = false;
  const request = createRequests(socket, () => (waited = true));
  const { node } = await request({ type: 'hello', token, rtpCapabilities: routerRtpCapabilities, subscribe: 'none' });
  return {
    node,
    waited,
    produceMicrophone: async (given) => {
      const rtpParameters = given as ClientMessageInputOf<'produce'>['rtpParameters'];
      const produce = { type: 'produce', kind: 'audio', source: 'microphone', rtpParameters } as const;
      return (await request(produce)).producerId;
    },
    consume: async (producerIds) => {
      const items = producerIds.map((producerId) => ({ producerId, paused: false }));
      const { consumers } = await request({ type: 'consume', items });
      for (const outcome of consumers)
        if ('error' in outcome) throw new Error(`${name} could not consume: ${outcome.error.detail}`);
    },
    leave: async () => {
      await request({ type: 'leave' });
      socket.terminate();
    },
    close: () => socket.terminate(),
  };
}

function createRequests(
  socket: WebSocket,
  onWaiting: () => void,
): <T extends ClientMessageType>(message: Request<T>) => Promise<ResponseData[T]> {
  const answers = new Map<number, { resolve: (data: unknown) => void; reject: (error: Error) => void }>();
  let nextId = 0;
  socket.on('message', (data: Buffer) => {
    const message = serverMessage.parse(JSON.parse(data.toString()));
    if (message.type === 'waiting') onWaiting();
    if (message.type !== 'response') return;
    const answer = answers.get(message.to);
    answers.delete(message.to);
    if (message.ok) answer?.resolve(message.data);
    else answer?.reject(new Error(`${message.error.code}: ${message.error.detail}`));
  });
  socket.on('close', (code) => {
    for (const { reject } of answers.values()) reject(new Error(`the socket was closed with ${code}`));
  });
  return async (message) => {
    const id = nextId++;
    const data = await new Promise((resolve, reject) => {
      answers.set(id, { resolve, reject });
      socket.send(JSON.stringify({ ...message, id }));
    });
    return responseData[message.type].parse(data) as ResponseData[typeof message.type];
  };
}
