/** A meeting's recordings over REST, for one of its hosts. */
import '../zod-without-eval.js';
import {
  outputLink,
  recordingsAnswer,
  type OutputLinkAnswer,
  type RecordingAnswer,
} from '@parley/signaling/protocol/recordings.js';
import { z } from 'zod';
import { callRest, meetingUrl, type Fetch } from './call-rest.js';

/** Throws ParleyError, such as TokenExpired a day after the join. */
export interface RecordingsClient {
  /** The newest first. */
  list(): Promise<readonly RecordingAnswer[]>;
  /** An address of the output in its store, which expires. */
  link(recording: string, output: string): Promise<OutputLinkAnswer>;
  /** With all that it has stored. */
  delete(recording: string): Promise<void>;
}

export interface RecordingsAccess {
  readonly baseUrl: string;
  readonly meetingId: string;
  /** A host's. */
  readonly token: string;
}

export function createRecordingsClient(access: RecordingsAccess, fetch: Fetch): RecordingsClient {
  const base = `${meetingUrl(access.baseUrl, access.meetingId)}/recordings`;
  const headers = { authorization: `Bearer ${access.token}` };
  const urlOf = (recording: string): string => `${base}/${encodeURIComponent(recording)}`;
  return {
    list: async () => (await callRest(fetch, { url: base, init: { headers }, schema: recordingsAnswer })).recordings,
    link: (recording, output) => {
      const url = `${urlOf(recording)}/outputs/${encodeURIComponent(output)}`;
      return callRest(fetch, { url, init: { headers }, schema: outputLink });
    },
    delete: async (recording) => {
      const init = { method: 'DELETE', headers };
      await callRest(fetch, { url: urlOf(recording), init, schema: z.undefined() });
    },
  };
}
