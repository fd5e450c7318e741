/** Bodies of the REST API. */
import { z } from 'zod';
import { limits } from './limits.js';
import { iceServer, rtpCapabilities } from './media-parameters.js';
import { errorCode } from './responses.js';
import { displayName, entityId } from './roster.js';

export const meetingId = z
  .string()
  .regex(/^[a-z]{3}-[a-z]{4}-[a-z]{3}$/, 'a meeting id looks like abc-defg-hij')
  .meta({ example: 'abc-defg-hij' });

export const region = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a region looks like eu-west-1');

export const joinBody = z.object({
  name: displayName.describe('What others see.'),
  passcode: z.string().max(limits.passcodeLength).exactOptional().describe('Where the meeting asks for one.'),
  speakerPasscode: z
    .string()
    .max(limits.passcodeLength)
    .exactOptional()
    .describe('Of a webinar: to come as a speaker, who needs no other passcode. Without it one comes as a viewer.'),
  hostPasscode: z
    .string()
    .max(limits.passcodeLength)
    .exactOptional()
    .describe('To come as a host, who needs no other passcode, and of a webinar is a speaker.'),
  region: region.exactOptional().describe('Where the client is; a default of the server when absent.'),
});
export type JoinBody = z.infer<typeof joinBody>;

export const role = z
  .enum(['speaker', 'viewer'])
  .describe(
    'viewer: of a webinar, receives only, and is not among the participants that others are told of. speaker: everybody else.',
  );
export type Role = z.infer<typeof role>;

export const hostRights = z
  .object({
    token: z.string().describe('The bearer for recordings over REST; for no socket.'),
    tokenExpiresAtMs: z.number(),
    canRecord: z.boolean().describe('The meeting is set up so that hosts start recordings.'),
  })
  .describe('Of a host.');
export type HostRights = z.infer<typeof hostRights>;

export const joinAnswer = z.object({
  token: z.string().describe('For hello, once, within tokenExpiresAtMs.'),
  tokenExpiresAtMs: z.number(),
  participantId: entityId,
  role,
  host: hostRights.exactOptional(),
  url: z.url().describe('Of the WebSocket; offer the subprotocol that `protocol` names.'),
  protocol: z.string(),
  iceServers: z.array(iceServer),
  meeting: z.object({ id: z.string(), title: z.string() }),
  routerRtpCapabilities: rtpCapabilities.describe("To load mediasoup-client's Device with."),
});
export type JoinAnswer = z.infer<typeof joinAnswer>;

export const meetingPhase = z.enum(['Pending', 'Placed']);

export const meetingAnswer = z.object({
  id: z.string(),
  title: z.string(),
  mode: z.enum(['SFU', 'Webinar']).describe('Webinar: only speakers send; see speakerPasscode.'),
  phase: meetingPhase,
  passcodeRequired: z.boolean(),
  hasHosts: z.boolean().describe('There is a passcode for hosts: see hostPasscode.'),
  recording: z.boolean().describe('The meeting is being recorded: tell whoever is about to come in.'),
});
export type MeetingAnswer = z.infer<typeof meetingAnswer>;

export const problem = z
  .object({
    type: z.string().describe('urn:parley:error: and the code.'),
    title: z.string(),
    status: z.int(),
    code: errorCode,
    detail: z.string().describe('What was wrong with this request, and what to do.'),
    requestId: z.string(),
    retryAfterMs: z.number().exactOptional(),
  })
  .describe('RFC 9457 problem details.');
export type Problem = z.infer<typeof problem>;
