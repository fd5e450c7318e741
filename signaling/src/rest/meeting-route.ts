/** GET /v1/meetings/{id}: what a lobby needs to know before anybody joins, and no more. */
import { MeetingState, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { z } from 'zod';
import { meetingAnswer, meetingId, problem, type MeetingAnswer } from '../protocol/rest.js';
import { findMeeting } from '../placement/place-participant.js';
import type { TopologyDirectory } from '../topology/topology-directory.js';
import type { RestApp } from './rest-app.js';

export function addMeetingRoute(app: RestApp, directory: TopologyDirectory): void {
  app.get(
    '/v1/meetings/:id',
    {
      schema: {
        operationId: 'getMeeting',
        summary: 'What a lobby shows of a meeting',
        description: 'A meeting that has ended answers 410 for a while after, and 404 later.',
        tags: ['meetings'],
        params: z.object({ id: meetingId }),
        response: { 200: meetingAnswer, '4xx': problem, '5xx': problem },
      },
    },
    async (request) => describe(await findMeeting(directory, request.params.id)),
  );
}

function describe({ meetingId: id, settings, state }: Topology): MeetingAnswer {
  return {
    id,
    title: settings?.title ?? '',
    mode: settings?.webinar === true ? 'Webinar' : 'SFU',
    phase: state === MeetingState.PLACED ? 'Placed' : 'Pending',
    passcodeRequired: (settings?.passcodeHash ?? '') !== '',
    hasHosts: (settings?.hostPasscodeHash ?? '') !== '',
    recording: settings?.recording === true,
  };
}
