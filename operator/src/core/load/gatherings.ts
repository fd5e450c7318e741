/** How large a meeting was the last times, as its status tells whoever leads: the next time it will likely be as large (law 4). */
import type { Meeting, MeetingStatus } from '@parley/crds/meeting.js';

export type Gathering = NonNullable<MeetingStatus['gatherings']>[number];

/** Law 6; the schema's bound. */
const KEPT = 3;
/** Who is alone in a meeting looks whether it works. */
const FEWEST = 2;

/** The latest first. */
export function addGathering(before: readonly Gathering[], ended: Gathering): readonly Gathering[] {
  return ended.peak < FEWEST ? before : [ended, ...before].slice(0, KEPT);
}

/** As many as it says, or as came the last times: too many nodes cost little, too few make people wait. */
export function expectedSizeOf({ spec, status }: Pick<Meeting, 'spec' | 'status'>): number {
  const peaks = (status?.gatherings ?? []).map(({ peak }) => peak);
  return Math.min(spec.maxParticipants, Math.max(spec.expectedParticipants, ...peaks));
}
