import type { ClientMessage, ClientMessageType } from '../../protocol/client-messages.js';
import type { ResponseData } from '../../protocol/responses.js';
import { connectTransport } from './connect-transport.js';
import { consume } from './consume.js';
import { leave } from './leave.js';
import { ping } from './ping.js';
import { produce, produceData } from './produce.js';
import type { HandlerContext, RequestHandler } from './request-handler.js';
import { migrate, migrated, rejoin } from './rejoin.js';
import { startRecording, stopRecording } from './recording.js';
import { restartIce } from './restart-ice.js';
import { updateConsumers } from './update-consumers.js';
import { updateParticipant } from './update-participant.js';
import { updateProducers } from './update-producers.js';

/** hello makes the session, and so is not a request of one. */
export type SessionRequestType = Exclude<ClientMessageType, 'hello'>;
export type SessionRequest = Exclude<ClientMessage, { type: 'hello' }>;

const handlers: { readonly [T in SessionRequestType]: RequestHandler<T> } = {
  rejoin,
  migrate,
  migrated,
  connectTransport,
  restartIce,
  produce,
  produceData,
  updateProducers,
  consume,
  updateConsumers,
  updateParticipant,
  startRecording,
  stopRecording,
  leave,
  ping,
};

export function handleRequest(
  context: HandlerContext,
  message: SessionRequest,
): Promise<ResponseData[SessionRequestType]> {
  const handler = handlers[message.type] as (
    context: HandlerContext,
    message: SessionRequest,
  ) => Promise<ResponseData[SessionRequestType]>;
  return handler(context, message);
}
