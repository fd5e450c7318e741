/**
 * What a recording keeps in its store, beside the media. Times are whole milliseconds on the recording's clock, whose zero is
 * `startedAtMs` of recording.json; lengths are milliseconds.
 */
import { z } from 'zod';

const time = z.int().min(0);
const trackId = z.string().min(1).max(128);
const participantId = z.string().min(1).max(128);

export const layouts = ['Gallery', 'ActiveSpeaker'] as const;
export const outputKinds = ['MP4', 'HLS', 'Audio', 'Tracks'] as const;
export const trackSources = ['microphone', 'camera', 'screen', 'screen-audio'] as const;
export const codecs = ['opus', 'vp8', 'vp9', 'h264', 'av1'] as const;
export const gapReasons = ['RecorderLost', 'RelayLost', 'BufferFull', 'UploadLost', 'NoMedia'] as const;
export const endReasons = ['Stopped', 'MeetingEnded', 'MaxDuration', 'MeetingEmpty'] as const;

export type Layout = (typeof layouts)[number];
export type OutputKind = (typeof outputKinds)[number];
export type TrackSource = (typeof trackSources)[number];
export type Codec = (typeof codecs)[number];
export type GapReason = (typeof gapReasons)[number];
export type EndReason = (typeof endReasons)[number];

/** recording.json: written once, by the first pod of the job. */
export const recordingSchema = z.object({
  version: z.literal(1),
  /** Milliseconds since 1970: zero of the recording's clock. */
  startedAtMs: z.int(),
  namespace: z.string(),
  job: z.string(),
  meetingId: z.string(),
  title: z.string(),
});
export type Recording = z.infer<typeof recordingSchema>;

/** One file of one track, which can be decoded by itself. */
export const segmentSchema = z.object({
  trackId,
  startMs: time,
  durationMs: time,
  bytes: z.int().min(0),
  /** Below the job's prefix. */
  key: z.string().max(512),
});
export type Segment = z.infer<typeof segmentSchema>;

/** What happened in the meeting, in the order of `atMs`. A track's id is its producer's, which it keeps when it comes by another node. */
export const timelineEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ParticipantJoined'), atMs: time, participantId, name: z.string().max(256) }),
  z.object({ type: z.literal('ParticipantRenamed'), atMs: time, participantId, name: z.string().max(256) }),
  z.object({ type: z.literal('ParticipantLeft'), atMs: time, participantId }),
  z.object({
    type: z.literal('TrackStarted'),
    atMs: time,
    trackId,
    participantId,
    source: z.enum(trackSources),
    codec: z.enum(codecs),
    muted: z.boolean(),
  }),
  z.object({ type: z.literal('TrackMuted'), atMs: time, trackId }),
  z.object({ type: z.literal('TrackUnmuted'), atMs: time, trackId }),
  z.object({ type: z.literal('TrackResized'), atMs: time, trackId, width: z.int().min(1), height: z.int().min(1) }),
  z.object({ type: z.literal('TrackEnded'), atMs: time, trackId }),
  /** No participant: nobody speaks. */
  z.object({ type: z.literal('ActiveSpeaker'), atMs: time, participantId: participantId.optional() }),
]);
export type TimelineEvent = z.infer<typeof timelineEventSchema>;

/** Media that is expected and is not there. */
export const gapSchema = z.object({
  trackId,
  startMs: time,
  durationMs: time,
  reason: z.enum(gapReasons),
});
export type Gap = z.infer<typeof gapSchema>;

/** manifest/<recorder>/<first ms>.json: a part of what one pod recorded; the manifest is the union of all parts of all pods. */
export const manifestPartSchema = z.object({
  recorder: z.string(),
  /** From when to when this pod was recording, as far as this part knows. */
  fromMs: time,
  untilMs: time,
  segments: z.array(segmentSchema),
  events: z.array(timelineEventSchema),
  /** Of which the pod knows why. */
  gaps: z.array(gapSchema),
});
export type ManifestPart = z.infer<typeof manifestPartSchema>;

/** manifest/ended.json: recording is over; what is left is to compose. */
export const endedSchema = z.object({ endMs: time, reason: z.enum(endReasons) });
export type Ended = z.infer<typeof endedSchema>;

/** All that was recorded, as composing takes it. */
export interface Manifest {
  readonly recording: Recording;
  readonly endMs: number;
  readonly endReason: EndReason;
  /** Sorted by track and start; of two that cover the same time, from two pods, both are there. */
  readonly segments: readonly Segment[];
  /** Sorted by `atMs`; what several pods saw is there once. */
  readonly events: readonly TimelineEvent[];
  readonly gaps: readonly Gap[];
  /** When a pod was recording. */
  readonly runs: readonly { readonly fromMs: number; readonly untilMs: number }[];
}
