/** What a client sends: every message is a request with an `id` of the client's choice, and gets one `response`. */
import { z } from 'zod';
import { limits } from './limits.js';
import {
  dtlsParameters,
  layers,
  mediaKind,
  rtpCapabilities,
  rtpParameters,
  sctpStreamParameters,
} from './media-parameters.js';
import { dataLabel, displayName, entityId, mediaSource } from './roster.js';

const id = z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe('Returned in the response as `to`.');
const jwt = z.string().min(1).max(2_048);
const subscribe = z.enum(['all', 'none']).describe('all: the answer already holds consumers of what everybody sends.');

export const hello = z
  .object({
    type: z.literal('hello'),
    id,
    token: jwt.exactOptional().describe('From POST /v1/meetings/{id}/join, for entering.'),
    resumeToken: jwt.exactOptional().describe('From the last welcome or resumeToken event, for coming back.'),
    rtpCapabilities: rtpCapabilities.describe("The client's, from mediasoup-client's Device."),
    subscribe,
  })
  .refine((message) => (message.token === undefined) !== (message.resumeToken === undefined), {
    error: 'exactly one of token and resumeToken',
  })
  .describe('First message of a socket. Enters the meeting, or resumes: then transports stay as they are.');

export const rejoin = z
  .object({
    type: z.literal('rejoin'),
    id,
    rtpCapabilities,
    subscribe,
    unreachable: z
      .boolean()
      .default(false)
      .describe('The node cannot be reached with media from where the client is: another is taken if there is one.'),
  })
  .describe(
    'After mediaReset, or when ICE cannot be repaired: makes new transports, on whatever node has room now. Answered like hello.',
  );

export const migrate = z
  .object({ type: z.literal('migrate'), id, rtpCapabilities, subscribe })
  .describe(
    'After the event migrate: makes transports on another node, beside those that there are. Answered like hello. From here on requests concern the new transports.',
  );

export const migrated = z
  .object({ type: z.literal('migrated'), id })
  .describe('Media flows over the new transports: the old ones are closed.');

export const transportDirection = z.enum(['send', 'receive']);
export type TransportDirection = z.infer<typeof transportDirection>;

export const connectTransport = z
  .object({ type: z.literal('connectTransport'), id, direction: transportDirection, dtlsParameters })
  .describe("Hands in a transport's DTLS parameters, once for each transport.");

export const restartIce = z
  .object({ type: z.literal('restartIce'), id, direction: transportDirection })
  .describe('New ICE parameters for a transport, after the network changed.');

export const produce = z
  .object({
    type: z.literal('produce'),
    id,
    producerId: z.uuid().exactOptional().describe("The client's choice makes a repeated request harmless."),
    kind: mediaKind,
    source: mediaSource,
    rtpParameters,
    paused: z.boolean().default(false),
  })
  .describe('Sends a track.');

export const produceData = z
  .object({
    type: z.literal('produceData'),
    id,
    producerId: z.uuid().exactOptional(),
    label: dataLabel,
    protocol: z.string().max(64).default(''),
    sctpStreamParameters,
  })
  .describe('Sends a data channel.');

export const updateProducers = z
  .object({
    type: z.literal('updateProducers'),
    id,
    items: z
      .array(
        z.union([
          z.object({ producerId: entityId, paused: z.boolean() }),
          z.object({ producerId: entityId, closed: z.literal(true) }),
        ]),
      )
      .min(1)
      .max(limits.producerUpdates),
  })
  .describe('Pauses, resumes and closes own producers.');

export const consume = z
  .object({
    type: z.literal('consume'),
    id,
    items: z
      .array(
        z.object({
          producerId: entityId,
          preferredLayers: layers.exactOptional(),
          paused: z
            .boolean()
            .default(true)
            .describe('Keep true once the receive transport is connected, and resume after.'),
        }),
      )
      .min(1)
      .max(limits.consumeItems),
  })
  .describe('Makes many consumers at once; each item has an outcome of its own.');

export const updateConsumers = z
  .object({
    type: z.literal('updateConsumers'),
    id,
    items: z
      .array(
        z.object({
          consumerId: entityId,
          paused: z.boolean().exactOptional(),
          preferredLayers: layers.exactOptional(),
          priority: z.int().min(1).max(255).exactOptional().describe("mediasoup's bitrate priority."),
          closed: z.literal(true).exactOptional(),
          requestKeyFrame: z.literal(true).exactOptional(),
        }),
      )
      .min(1)
      .max(limits.consumerUpdates),
  })
  .describe('Resumes, pauses, closes and tunes many consumers at once.');

export const updateParticipant = z
  .object({ type: z.literal('updateParticipant'), id, name: displayName })
  .describe('Changes the own name, for everybody.');

export const startRecording = z
  .object({ type: z.literal('startRecording'), id })
  .describe(
    'For hosts: begins to record the meeting, or answers the recording that goes on. The event recording comes once it records; until then its state is in the list of recordings.',
  );

export const stopRecording = z
  .object({ type: z.literal('stopRecording'), id })
  .describe(
    'For hosts: ends the recordings that hosts began, or that the meeting began by itself; what there is, is kept.',
  );

export const leave = z
  .object({ type: z.literal('leave'), id })
  .describe('Leaves the meeting; the server closes the socket.');

export const ping = z
  .object({ type: z.literal('ping'), id })
  .describe('Answered at once, to measure the way and back.');

export const clientMessage = z.discriminatedUnion('type', [
  hello,
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
]);

/** As the server reads it, with defaults filled in. */
export type ClientMessage = z.output<typeof clientMessage>;
/** As a client may write it. */
export type ClientMessageInput = z.input<typeof clientMessage>;
export type ClientMessageType = ClientMessage['type'];
export type ClientMessageOf<T extends ClientMessageType> = Extract<ClientMessage, { type: T }>;
export type ClientMessageInputOf<T extends ClientMessageType> = Extract<ClientMessageInput, { type: T }>;
