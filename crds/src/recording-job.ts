import { z } from 'zod';
import { recordingjobSchema } from './gen/recordingjob-schema.js';
import type { RecordingJobContent, RecordingJobSpec, RecordingJobStatus } from './gen/recordingjob.js';
import { objectMetadataSchema, type ObjectMetadata } from './object-metadata.js';

export type { RecordingJobSpec, RecordingJobStatus } from './gen/recordingjob.js';

/** A RecordingJob as the API server gives it: defaults are filled in. */
export interface RecordingJob {
  readonly metadata: ObjectMetadata & { readonly finalizers?: readonly string[] | undefined };
  readonly spec: RecordingJobSpec;
  readonly status?: RecordingJobStatus | undefined;
}

export type RecordingPhase = NonNullable<RecordingJobStatus['phase']>;
export type RecordingStorage = RecordingJobSpec['storage'];
export type RecordingGapStatus = NonNullable<RecordingJobStatus['gaps']>[number];
export type RecordingOutputStatus = NonNullable<RecordingJobStatus['outputs']>[number];

const content = z.fromJSONSchema(structuredClone(recordingjobSchema) as never) as z.ZodType<RecordingJobContent>;
const finalizers = z.object({ metadata: z.object({ finalizers: z.array(z.string()).optional() }) });
const job = z.object({ metadata: objectMetadataSchema });

/** @throws ZodError when it isn't a RecordingJob that the API server has taken. */
export function parseRecordingJob(json: unknown): RecordingJob {
  const { spec, status } = content.parse(json);
  return { metadata: { ...job.parse(json).metadata, ...finalizers.parse(json).metadata }, spec, status };
}
