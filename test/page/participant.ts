/** The script of a test participant's page: the SDK, driven from outside. */
import type {
  JoinOutcome,
  JoinWish,
  MeetingView,
  ParticipantPage,
  ParticipantView,
} from '@parley/e2e/probe/client-contract.js';
import { joinMeeting, prewarm } from '@parley/sdk/join-meeting.js';
import type { ConnectionPath } from '@parley/sdk/media/read-stats.js';
import type { MeetingState } from '@parley/sdk/meeting-events.js';
import type { Meeting } from '@parley/sdk/meeting.js';
import { ParleyError } from '@parley/sdk/parley-error.js';
import { createFakeCamera } from './fake-camera.js';
import { openMicrophone, setLoudness } from './fake-devices.js';
import { watchTrack } from './probe.js';
import { useTurnOverTcpOnly } from './turn-over-tcp.js';

let meeting: Meeting | undefined;
let node = '';
const log: string[] = [];
const recording: { atMs: number; recording: boolean }[] = [];

function entered(): Meeting {
  if (meeting === undefined) throw new Error('not in a meeting');
  return meeting;
}

async function join(wish: JoinWish): Promise<JoinOutcome> {
  const { devices, publish = ['camera', 'microphone'], turnOverTcpOnly = false, ...options } = wish;
  if (turnOverTcpOnly) useTurnOverTcpOnly();
  const startMs = Date.now();
  try {
    meeting = await joinMeeting(options);
  } catch (error) {
    const { code, message } = ParleyError.from(error);
    return { ok: false, code, message };
  }
  listen(meeting);
  setLoudness(devices.loudness);
  if (publish.includes('camera')) await meeting.publish(createFakeCamera(devices), { source: 'camera' });
  if (publish.includes('microphone')) await meeting.publish(openMicrophone(devices), { source: 'microphone' });
  return {
    ok: true,
    participantId: meeting.localId,
    times: { startMs, tokenMs: markMs('parley:token'), welcomeMs: markMs('parley:welcome') },
  };
}

function markMs(name: string): number {
  const mark = performance.getEntriesByName(name).at(-1);
  return performance.timeOrigin + (mark?.startTime ?? Number.NaN);
}

function listen(joined: Meeting): void {
  const watch = (): void => {
    for (const { name, isLocal, media } of joined.participants) {
      if (isLocal) continue;
      for (const { source, track } of media) if (track !== undefined) watchTrack(`${name}/${source}`, track);
    }
  };
  joined.on('participantsChanged', watch);
  joined.on('participantJoined', ({ name }) => log.push(`joined ${name}`));
  joined.on('participantLeft', ({ name }, reason) => log.push(`left ${name} ${reason}`));
  joined.on('stateChanged', (state) => log.push(`state ${textOf(state)}`));
  joined.on('recordingChanged', (is) => recording.push({ atMs: Date.now(), recording: is }));
  joined.on('mediaFailed', ({ code, message }) => log.push(`failed ${code} ${message}`));
  recording.push({ atMs: Date.now(), recording: joined.recording });
  watch();
}

function textOf(state: MeetingState): string {
  switch (state.kind) {
    case 'Connected':
      return 'Connected';
    case 'Reconnecting':
      return state.media ? 'Reconnecting' : 'Reconnecting without media';
    case 'Closed': {
      const { reason } = state;
      const why =
        reason.kind === 'Ended' ? ` ${reason.endReason}` : reason.kind === 'Failed' ? ` ${reason.error.code}` : '';
      return `Closed: ${reason.kind}${why}`;
    }
  }
}

async function view(): Promise<MeetingView> {
  const joined = entered();
  const stats = joined.state.kind === 'Closed' ? undefined : await joined.getStats();
  node = stats?.node ?? node;
  const participants: ParticipantView[] = joined.participants.map(({ id, name, region, isLocal, media }) => ({
    id,
    name,
    region,
    isLocal,
    media: media.map(({ producerId, source, paused, track }) => ({
      producerId,
      source,
      paused,
      received: track !== undefined,
    })),
  }));
  const speaker = participants.find(({ id }) => id === joined.activeSpeaker.participantId);
  const paths = [pathText(stats?.receivePath), pathText(stats?.sendPath)] as const;
  return { state: textOf(joined.state), node, paths, participants, activeSpeaker: speaker?.name ?? '', recording, log };
}

function pathText(path: ConnectionPath | undefined): string {
  if (path === undefined) return '';
  return [path.kind, path.protocol, path.turnUrl].filter((part) => part !== undefined).join(' ');
}

const page: ParticipantPage = {
  prepare: prewarm,
  join,
  view,
  setPaused: (source, paused) => entered().setPaused(source, paused),
  rename: (name) => entered().rename(name),
  subscribe: (producerIds) => entered().subscribe(producerIds),
  unsubscribe: (producerIds) => entered().unsubscribe(producerIds),
  leave: () => entered().leave(),
};

Object.assign(globalThis, { parleyParticipant: page });
