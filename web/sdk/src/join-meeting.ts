import type { HostRights, MeetingAnswer } from '@parley/signaling/protocol/rest.js';
import { systemClock } from './clock.js';
import { Meeting } from './meeting.js';
import { loadBrowserDevice, prewarmBrowserDevice } from './media/device.js';
import type { HostAccess } from './meeting-host.js';
import { createMeetingsClient } from './rest/meetings-client.js';
import { createRecordingsClient } from './rest/recordings-client.js';
import { ParleyError } from './parley-error.js';
import { SignalingSession } from './session/signaling-session.js';
import { openBrowserSocket } from './session/socket.js';
import { waitForRoom, type WaitingForRoom } from './wait-for-room.js';

export interface JoinOptions {
  /** Such as `https://meet.example.org`; the page's own origin when absent. */
  readonly baseUrl?: string;
  readonly meetingId: string;
  /** What others see. */
  readonly name: string;
  readonly passcode?: string;
  /** Of a webinar, to come as a speaker; without it one only receives (`Meeting.role`). */
  readonly speakerPasscode?: string;
  /** To come as a host (`Meeting.host`), who needs no other passcode. */
  readonly hostPasscode?: string;
  /** Where this client is, such as `eu-west-1`. */
  readonly region?: string;
  /** Receive what everybody sends (the default), or only what subscribe() names. */
  readonly autoSubscribe?: boolean;
  /** There is no room in the meeting yet; the join goes on until there is, for ten minutes at most. Called again when the wait gets shorter. */
  readonly onWaiting?: (waiting: WaitingForRoom) => void;
  /** Gives the join up, a wait above all; joinMeeting then throws MeetingClosed. */
  readonly signal?: AbortSignal;
  /** `relay`: over TURN servers only, for diagnosis; fails to connect where there are none. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy;
}

const browserFetch = (url: string, init?: RequestInit): Promise<Response> => fetch(url, init);

/** What a meeting is before joining it. Throws ParleyError, such as MeetingNotFound. */
export function describeMeeting(options: Pick<JoinOptions, 'baseUrl' | 'meetingId'>): Promise<MeetingAnswer> {
  return createMeetingsClient(options.baseUrl ?? '', browserFetch).describe(options.meetingId);
}

/** Does ahead what every join has to do; call it while people look at a lobby. */
export async function prewarm(): Promise<void> {
  try {
    await prewarmBrowserDevice();
  } catch (error) {
    throw ParleyError.from(error);
  }
}

/**
 * Enters a meeting; what the others send arrives without further calls, what to send is for publish() to say.
 * The marks `parley:join`, `parley:token` and `parley:welcome` (User Timing) say how long the parts took.
 * Throws ParleyError, such as PasscodeWrong, MeetingFull or NetworkFailed.
 */
export async function joinMeeting(options: JoinOptions): Promise<Meeting> {
  performance.mark('parley:join');
  return waitForRoom((onWaiting) => enterOnce(options, onWaiting), {
    clock: systemClock,
    signal: options.signal,
    onWaiting: (waiting) => options.onWaiting?.(waiting),
  });
}

async function enterOnce(options: JoinOptions, onWaiting: (waiting: WaitingForRoom) => void): Promise<Meeting> {
  const { meetingId, name, passcode, speakerPasscode, hostPasscode, region, autoSubscribe = true } = options;
  const baseUrl = options.baseUrl ?? '';
  const answer = await createMeetingsClient(baseUrl, browserFetch).join(meetingId, {
    name,
    ...(passcode === undefined ? {} : { passcode }),
    ...(speakerPasscode === undefined ? {} : { speakerPasscode }),
    ...(hostPasscode === undefined ? {} : { hostPasscode }),
    ...(region === undefined ? {} : { region }),
  });
  performance.mark('parley:token');
  const device = await loadBrowserDevice(answer.routerRtpCapabilities);
  const sessionOptions = {
    url: answer.url,
    token: answer.token,
    rtpCapabilities: device.recvRtpCapabilities,
    subscribe: autoSubscribe ? ('all' as const) : ('none' as const),
  };
  const meeting = new Meeting({
    device,
    clock: systemClock,
    autoSubscribe,
    role: answer.role,
    ...(answer.host === undefined ? {} : { host: hostAccess(baseUrl, meetingId, answer.host) }),
    onWaiting,
    ...(options.iceTransportPolicy === undefined ? {} : { iceTransportPolicy: options.iceTransportPolicy }),
    openSession: (handlers) =>
      new SignalingSession(sessionOptions, { openSocket: openBrowserSocket, clock: systemClock }, handlers),
  });
  const giveUp = (): void => meeting.leave();
  options.signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await meeting.enter();
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
  performance.mark('parley:welcome');
  return meeting;
}

function hostAccess(baseUrl: string, meetingId: string, { token, canRecord }: HostRights): HostAccess {
  return { canRecord, recordings: createRecordingsClient({ baseUrl, meetingId, token }, browserFetch) };
}
