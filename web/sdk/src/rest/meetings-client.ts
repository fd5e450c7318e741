/** The two REST calls before a meeting: what is it, and let me in. */
import '../zod-without-eval.js';
import {
  joinAnswer,
  meetingAnswer,
  type JoinAnswer,
  type JoinBody,
  type MeetingAnswer,
} from '@parley/signaling/protocol/rest.js';
import { callRest, meetingUrl, type Fetch } from './call-rest.js';

/** `baseUrl` such as `https://meet.example.org`; the page's own origin when it is empty. */
export interface MeetingsClient {
  describe(meetingId: string): Promise<MeetingAnswer>;
  join(meetingId: string, body: JoinBody): Promise<JoinAnswer>;
}

export function createMeetingsClient(baseUrl: string, fetch: Fetch): MeetingsClient {
  return {
    describe: (meetingId) => callRest(fetch, { url: meetingUrl(baseUrl, meetingId), schema: meetingAnswer }),
    join: (meetingId, body) =>
      callRest(fetch, {
        url: `${meetingUrl(baseUrl, meetingId)}/join`,
        init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
        schema: joinAnswer,
      }),
  };
}
