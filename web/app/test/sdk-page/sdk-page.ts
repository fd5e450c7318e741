/** A page that is nothing but the SDK, for what the meeting page has no button for. */
import { joinMeeting } from '@parley/sdk/join-meeting.js';

export interface SdkPage {
  readonly joinMeeting: typeof joinMeeting;
}

Object.assign(window, { joinMeeting } satisfies SdkPage);
