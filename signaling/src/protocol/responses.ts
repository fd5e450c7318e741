/** What the server answers to each request. */
import { z } from 'zod';
import type { ClientMessageType } from './client-messages.js';
import { errorCodes } from './error-codes.js';
import {
  iceParameters,
  iceServer,
  rtpCapabilities,
  rtpParameters,
  sctpStreamParameters,
  transportOptions,
} from './media-parameters.js';
import { activeSpeaker, entityId, participant, producer, recordingAloud } from './roster.js';

export const errorCode = z.enum(errorCodes);

export const requestError = z.object({
  code: errorCode,
  detail: z.string().describe('What was wrong with this request, and what to do.'),
  retryAfterMs: z.number().exactOptional(),
});
export type RequestError = z.infer<typeof requestError>;

export const consumer = z
  .object({
    id: entityId,
    producerId: entityId,
    participantId: entityId.describe('Who sends.'),
    kind: z.enum(['audio', 'video', 'data']),
    source: z.string(),
    rtpParameters: rtpParameters.exactOptional().describe('For audio and video.'),
    sctpStreamParameters: sctpStreamParameters.exactOptional().describe('For data.'),
    label: z.string().exactOptional(),
    protocol: z.string().exactOptional(),
    paused: z.boolean().describe('Until updateConsumers resumes it, when true.'),
    producerPaused: z.boolean(),
    type: z.string().describe('simple, simulcast or svc; empty for data.'),
  })
  .describe("A consumer's options for mediasoup-client.");
export type Consumer = z.infer<typeof consumer>;

export const consumeOutcome = z.union([
  z.object({ producerId: entityId, consumer }),
  z.object({ producerId: entityId, error: requestError }),
]);
export type ConsumeOutcome = z.infer<typeof consumeOutcome>;

export const welcome = z
  .object({
    participantId: entityId,
    meeting: z.object({ id: z.string(), title: z.string() }),
    resumed: z
      .boolean()
      .describe(
        'true: transports, producers and consumers are as they were. false: build the transports from this answer.',
      ),
    resumeToken: z.string(),
    resumeTokenExpiresAtMs: z.number(),
    node: z.string().describe('The node that serves this participant; for diagnosis.'),
    region: z.string(),
    iceServers: z.array(iceServer),
    routerRtpCapabilities: rtpCapabilities,
    transports: z.object({ send: transportOptions, receive: transportOptions }),
    participants: z.array(participant).describe('Everybody, oneself included.'),
    producers: z.array(producer).describe("Everybody's, one's own included."),
    activeSpeaker,
    recording: z.boolean().describe('The meeting is being recorded: tell whoever comes in.'),
    recordingAloud,
    consumers: z
      .array(consumeOutcome)
      .describe(
        'When entering with subscribe all: of every producer there is, unpaused, for a transport that is not connected yet. When resumed: the consumers that exist.',
      ),
    ownProducerIds: z.array(entityId).describe('What the node has of this participant; empty when entering.'),
  })
  .describe('Answer to hello, rejoin and migrate.');
export type Welcome = z.infer<typeof welcome>;

const nothing = z.object({});

/** `data` of a response, by the type of the request. */
export const responseData = {
  hello: welcome,
  rejoin: welcome,
  migrate: welcome,
  migrated: nothing,
  connectTransport: nothing,
  restartIce: z.object({ iceParameters }),
  produce: z.object({ producerId: entityId }),
  produceData: z.object({ producerId: entityId }),
  updateProducers: nothing,
  consume: z.object({ consumers: z.array(consumeOutcome).describe('One for each item, in order.') }),
  updateConsumers: z.object({
    missingConsumerIds: z.array(entityId).describe('Gone meanwhile: their producers were closed.'),
  }),
  updateParticipant: nothing,
  startRecording: z.object({ name: z.string().describe('Of the recording, as in the list of recordings.') }),
  stopRecording: z.object({ names: z.array(z.string()).describe('Of the recordings that were stopped now.') }),
  leave: nothing,
  ping: z.object({ serverTimeMs: z.number() }),
} satisfies Record<ClientMessageType, z.ZodType>;

export type ResponseData = { [K in ClientMessageType]: z.infer<(typeof responseData)[K]> };

export const okResponse = z.object({
  type: z.literal('response'),
  to: z.int().describe("The request's id."),
  ok: z.literal(true),
  data: z.unknown().describe('By the type of the request: see there.'),
});

export const errorResponse = z.object({
  type: z.literal('response'),
  to: z.int(),
  ok: z.literal(false),
  error: requestError,
});
