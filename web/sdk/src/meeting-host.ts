/** What a host of a meeting may do beyond the others. */
import type { RecordingsClient } from './rest/recordings-client.js';
import type { SignalingSession } from './session/signaling-session.js';

export interface MeetingHost {
  /** The meeting is set up so that its hosts start recordings. */
  readonly canRecord: boolean;
  /** Throws ParleyError RecordingOff or Unavailable, among others. Everybody is told once it records. @returns its name. */
  startRecording(): Promise<string>;
  /** What there is, is kept. @returns the names of what was stopped now. */
  stopRecording(): Promise<readonly string[]>;
  readonly recordings: RecordingsClient;
}

/** What joinMeeting got for a host. */
export type HostAccess = Pick<MeetingHost, 'canRecord' | 'recordings'>;

export function createMeetingHost(access: HostAccess, session: Pick<SignalingSession, 'request'>): MeetingHost {
  return {
    ...access,
    startRecording: async () => (await session.request('startRecording', {})).name,
    stopRecording: async () => (await session.request('stopRecording', {})).names,
  };
}
