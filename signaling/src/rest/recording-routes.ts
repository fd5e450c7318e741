/** /v1/meetings/{id}/recordings: for hosts of the meeting, by the bearer that they got when they joined. */
import { z } from 'zod';
import type { FastifyRequest } from 'fastify';
import { outputLink, recording, recordingName, recordingsAnswer } from '../protocol/recordings.js';
import { meetingId, problem } from '../protocol/rest.js';
import type { MeetingRecordings } from '../recordings/meeting-recordings.js';
import { RequestFailure } from '../request-failure.js';
import type { Tokens } from '../tokens/tokens.js';
import type { RestApp } from './rest-app.js';

export interface RecordingRoutesDeps {
  readonly recordings: Pick<MeetingRecordings, 'list' | 'get' | 'link' | 'delete'>;
  readonly tokens: Tokens;
}

export const hostTokenScheme = 'hostToken';
const description = 'Needs the host token of POST /v1/meetings/{id}/join as bearer.';
const common = { tags: ['recordings'], security: [{ [hostTokenScheme]: [] }] };
const failures = { '4xx': problem, '5xx': problem };
const meeting = z.object({ id: meetingId });
const one = meeting.extend({ recording: recordingName });

export function addRecordingRoutes(app: RestApp, { recordings, tokens }: RecordingRoutesDeps): void {
  const requireHost = async ({ headers }: FastifyRequest, id: string): Promise<void> => {
    const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined) throw new RequestFailure('TokenInvalid', 'Send the host token as bearer.');
    const seat = await tokens.verify('host', token);
    if (seat.host !== true || seat.meetingId !== id) throw new RequestFailure('NotHost');
  };
  app.get(
    '/v1/meetings/:id/recordings',
    {
      schema: {
        ...{ ...common, description, operationId: 'listRecordings', summary: 'The recordings of a meeting' },
        params: meeting,
        response: { 200: recordingsAnswer, ...failures },
      },
    },
    async (request) => {
      await requireHost(request, request.params.id);
      return { recordings: await recordings.list(request.params.id) };
    },
  );
  app.get(
    '/v1/meetings/:id/recordings/:recording',
    {
      schema: {
        ...{ ...common, description, operationId: 'getRecording', summary: 'One recording' },
        params: one,
        response: { 200: recording, ...failures },
      },
    },
    async (request) => {
      const { id, recording: name } = request.params;
      await requireHost(request, id);
      return recordings.get(id, name);
    },
  );
  app.get(
    '/v1/meetings/:id/recordings/:recording/outputs/:name',
    {
      schema: {
        ...{ ...common, operationId: 'linkRecordingOutput', summary: 'A link to one output of a recording' },
        description: `${description} Whoever has the link may fetch the output until it expires; a slash in the output's name is written %2F.`,
        params: one.extend({ name: z.string().min(1).max(512) }),
        response: { 200: outputLink, ...failures },
      },
    },
    async (request) => {
      const { id, recording: of, name } = request.params;
      await requireHost(request, id);
      return recordings.link(id, of, name);
    },
  );
  app.delete(
    '/v1/meetings/:id/recordings/:recording',
    {
      schema: {
        ...{ ...common, operationId: 'deleteRecording', summary: 'Delete a recording with all that it has stored' },
        description: `${description} One that goes on is stopped first. It is listed until all is deleted.`,
        params: one,
        response: { 204: z.null().describe('It is being deleted.'), ...failures },
      },
    },
    async (request, reply) => {
      const { id, recording: name } = request.params;
      await requireHost(request, id);
      await recordings.delete(id, name);
      request.log.info({ meetingId: id, recording: name }, 'a host deletes a recording');
      return reply.status(204).send(null);
    },
  );
}
