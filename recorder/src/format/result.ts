/** outputs/result.json: a composed recording. Written when all outputs are in the store; a pod that finds it has nothing left to compose. */
import { z } from 'zod';
import { gapSchema } from './recording.js';

export const resultKey = 'outputs/result.json';

export const composedKinds = ['MP4', 'HLS', 'Audio', 'Track', 'Poster', 'Thumbnails', 'Timeline'] as const;

export const composedOutputSchema = z.object({
  kind: z.enum(composedKinds),
  /** Below the job's prefix. Of several files, the one that names the others. */
  key: z.string(),
  /** Of all its files. */
  bytes: z.int().min(0),
  /** 0 where it has none. */
  durationMs: z.int().min(0),
  /** Of the file of that key, in hexadecimal digits. */
  sha256: z.string().length(64),
});
export type ComposedOutput = z.infer<typeof composedOutputSchema>;

export const composedSchema = z.object({
  durationMs: z.int().min(0),
  outputs: z.array(composedOutputSchema),
  /** What is not in the result and should be. */
  missing: z.array(gapSchema),
});
export type Composed = z.infer<typeof composedSchema>;
