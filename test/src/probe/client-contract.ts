/** What the page of a test participant (test/page/participant.ts) does over the SDK. Everything here travels as JSON. */
import type { FakeDevices } from './probe-contract.js';

export interface JoinWish {
  readonly meetingId: string;
  readonly name: string;
  readonly passcode?: string;
  /** Of a webinar. */
  readonly speakerPasscode?: string;
  readonly region?: string;
  readonly autoSubscribe?: boolean;
  /** relay: over TURN servers only. */
  readonly iceTransportPolicy?: 'all' | 'relay';
  /** As if the network let nothing out to TURN servers by UDP. */
  readonly turnOverTcpOnly?: boolean;
  readonly devices: FakeDevices;
  /** What to send; both when absent. */
  readonly publish?: readonly ('camera' | 'microphone')[];
}

/** Times are Date.now(). */
export interface JoinTimes {
  readonly startMs: number;
  readonly tokenMs: number;
  readonly welcomeMs: number;
}

export type JoinOutcome =
  | { readonly ok: true; readonly participantId: string; readonly times: JoinTimes }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface MediaView {
  readonly producerId: string;
  readonly source: string;
  readonly paused: boolean;
  readonly received: boolean;
}

export interface ParticipantView {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly isLocal: boolean;
  readonly media: readonly MediaView[];
}

/** What one participant knows of the meeting just now. */
export interface MeetingView {
  /** Connected, Reconnecting, Closed; with why, such as `Closed: Ended Deleted`. */
  readonly state: string;
  readonly node: string;
  /** Such as `direct udp`, or `relayed tcp` and the TURN server's URL; of what is received and what is sent. */
  readonly paths: readonly [string, string];
  readonly participants: readonly ParticipantView[];
  /** By name; empty: nobody. */
  readonly activeSpeaker: string;
  /** Each time that this page was told whether the meeting is recorded; first what it was told when it came. */
  readonly recording: readonly { readonly atMs: number; readonly recording: boolean }[];
  /** Such as `left Ben Left` or `state Reconnecting`, oldest first. */
  readonly log: readonly string[];
}

/** `globalThis.parleyParticipant`. Remote tracks are watched by the probe under `name/source`. */
export interface ParticipantPage {
  /** Does what can be done before the click. */
  prepare(): Promise<void>;
  join(wish: JoinWish): Promise<JoinOutcome>;
  view(): Promise<MeetingView>;
  setPaused(source: 'camera' | 'microphone', paused: boolean): Promise<void>;
  rename(name: string): Promise<void>;
  subscribe(producerIds: readonly string[]): void;
  unsubscribe(producerIds: readonly string[]): void;
  leave(): void;
}
