import { z } from 'zod';
import { meetingSchema } from './gen/meeting-schema.js';
import type { MeetingContent, MeetingSpec, MeetingStatus } from './gen/meeting.js';
import { objectMetadataSchema, type ObjectMetadata } from './object-metadata.js';

export type { MeetingSpec, MeetingStatus } from './gen/meeting.js';

/** A Meeting as the API server gives it: defaults are filled in. */
export interface Meeting {
  readonly metadata: ObjectMetadata;
  readonly spec: MeetingSpec;
  readonly status?: MeetingStatus | undefined;
}

export type MeetingPhase = NonNullable<MeetingStatus['phase']>;
export type MeetingPlacementStatus = NonNullable<MeetingStatus['placements']>[number];
export type MeetingRelayStatus = NonNullable<MeetingStatus['relays']>[number];
export type MeetingParticipantsStatus = NonNullable<MeetingStatus['participants']>;
export type MeetingEndReason = NonNullable<MeetingStatus['endReason']>;

const content = z.fromJSONSchema(structuredClone(meetingSchema) as never) as z.ZodType<MeetingContent>;
const meeting = z.object({ metadata: objectMetadataSchema });

/** @throws ZodError when it isn't a Meeting that the API server has taken. */
export function parseMeeting(json: unknown): Meeting {
  const { spec, status } = content.parse(json);
  return { metadata: meeting.parse(json).metadata, spec, status };
}
