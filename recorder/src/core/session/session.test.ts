import { describe, expect, it } from 'vitest';
import type { TimelineEvent } from '../../format/recording.js';
import { attendAll, departures } from './attendance-state.js';
import { whenOver } from './when-over.js';

describe('recording is over', () => {
  const limits = { maxDurationMs: 60_000, emptyMeetingMs: 10_000 };
  const facts = { nowMs: 30_000, emptySinceMs: undefined, stopped: undefined, meetingEnded: false };
  it.each([
    ['not while people are there', {}, undefined],
    ['when the operator says so', { stopped: 'Stopped' as const }, { reason: 'Stopped', endMs: 30_000 }],
    ['when the meeting has ended', { meetingEnded: true }, { reason: 'MeetingEnded', endMs: 30_000 }],
    ['when it has taken too long, then and not later', { nowMs: 60_200 }, { reason: 'MaxDuration', endMs: 60_000 }],
    ['not when everybody has just left', { emptySinceMs: 21_000 }, undefined],
    ['when nobody came back', { emptySinceMs: 20_000 }, { reason: 'MeetingEmpty', endMs: 30_000 }],
  ])('%s', (_, changed, expected) => {
    expect(whenOver({ ...facts, ...changed }, limits)).toEqual(expected);
  });
});

describe('who is there', () => {
  const track = { participantId: 'ann', source: 'camera', codec: 'vp8', muted: false } as const;
  const events: TimelineEvent[] = [
    { type: 'ParticipantJoined', atMs: 0, participantId: 'ann', name: 'Ann' },
    { type: 'TrackStarted', atMs: 1, trackId: 't', ...track },
    { type: 'TrackUnmuted', atMs: 1, trackId: 't' },
    { type: 'ParticipantJoined', atMs: 2, participantId: 'ann', name: 'Ann' },
    { type: 'TrackMuted', atMs: 3, trackId: 't' },
    { type: 'TrackMuted', atMs: 4, trackId: 't' },
    { type: 'ActiveSpeaker', atMs: 5, participantId: 'ann' },
    { type: 'ActiveSpeaker', atMs: 6, participantId: 'ann' },
    { type: 'TrackEnded', atMs: 7, trackId: 'unknown' },
  ];

  it('is told once', () => {
    expect(attendAll(events).news.map(({ atMs }) => atMs)).toEqual([0, 1, 3, 5]);
  });

  it('and has gone where the next pod does not find it', () => {
    const { state } = attendAll(events);
    const nobody = { participants: new Set<string>(), tracks: new Set<string>() };
    expect(departures(state, nobody, 9)).toEqual([
      { type: 'TrackEnded', atMs: 9, trackId: 't' },
      { type: 'ParticipantLeft', atMs: 9, participantId: 'ann' },
    ]);
    expect(departures(state, { participants: new Set(['ann']), tracks: new Set(['t']) }, 9)).toEqual([]);
  });
});
