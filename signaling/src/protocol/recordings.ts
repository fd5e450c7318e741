/** Recordings as hosts see them over REST. */
import { z } from 'zod';

export const recordingName = z.string().min(1).max(253).meta({ example: 'standup-20260901-093000' });

export const recordingOutput = z.object({
  name: z.string().describe('For its link, such as recording.mp4.'),
  kind: z.enum(['MP4', 'Audio', 'Track', 'Poster', 'Thumbnail', 'Timeline', 'Transcript']),
  bytes: z.number(),
  durationMs: z.number().describe('0 where it has none.'),
  sha256: z.string(),
});
export type RecordingOutputAnswer = z.infer<typeof recordingOutput>;

export const recordingPhase = z.enum(['Queued', 'Starting', 'Recording', 'Finalizing', 'Completed', 'Failed']);
export type RecordingPhase = z.infer<typeof recordingPhase>;

export const recording = z
  .object({
    name: recordingName,
    phase: recordingPhase,
    reason: z.string().describe('Why it is so, from the list of reasons; may be empty at first.'),
    message: z.string().describe('The reason in words.'),
    queuePosition: z.int().describe('Its place among those that wait for a limit; 0: it waits for none.'),
    createdAtMs: z.number(),
    startedAtMs: z.number().exactOptional(),
    endedAtMs: z.number().exactOptional(),
    expiresAtMs: z.number().exactOptional().describe('When what is stored of it will be deleted.'),
    recordedMs: z.number(),
    missingMs: z.number().describe('Of media, over all tracks, that should be in it and is not.'),
    progressPercent: z.int().describe('Of making the files, in phase Finalizing.'),
    stoppable: z.boolean().describe('stopRecording ends it: a host or the meeting itself began it.'),
    dataDeleted: z.boolean().describe('What it had stored was deleted.'),
    outputs: z
      .array(recordingOutput)
      .describe('What can be fetched by a link. HLS is for those who read the store itself.'),
  })
  .describe('A recording, as its state was known last.');
export type RecordingAnswer = z.infer<typeof recording>;

export const recordingsAnswer = z.object({
  recordings: z.array(recording).max(100).describe('The newest first.'),
});
export type RecordingsAnswer = z.infer<typeof recordingsAnswer>;

export const outputLink = z.object({
  url: z.url().describe('In the store itself: fetch it without the bearer.'),
  expiresAtMs: z.number(),
});
export type OutputLinkAnswer = z.infer<typeof outputLink>;
