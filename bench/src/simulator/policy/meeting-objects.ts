/** Meetings as the operator knows them: resources. */
import { meetingIdOf, type MeetingId } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import type { Cell } from '../cell.js';

export const NAMESPACE = 'default';
/** The CRD's defaults. */
const DEFAULT_EXPECTED = 4;
const DEFAULT_MAX = 100;

export interface MeetingObjects {
  of(meeting: number): Meeting;
  idOf(meeting: number): MeetingId;
  numberOf(id: string): number | undefined;
  forget(meeting: number): void;
}

export function createMeetingObjects({ workload }: Pick<Cell, 'workload'>): MeetingObjects {
  const objects = new Map<number, { readonly id: MeetingId; readonly meeting: Meeting }>();
  const numbers = new Map<string, number>();
  const entryOf = (meeting: number): { readonly id: MeetingId; readonly meeting: Meeting } => {
    const known = objects.get(meeting);
    if (known !== undefined) return known;
    const { size, announced } = workload.meetings;
    const entry = {
      id: meetingIdOf(String(meeting)),
      meeting: objectOf(meeting, size[meeting] ?? 0, announced[meeting] ?? 0),
    };
    objects.set(meeting, entry);
    numbers.set(entry.id, meeting);
    return entry;
  };
  return {
    of: (meeting) => entryOf(meeting).meeting,
    idOf: (meeting) => entryOf(meeting).id,
    numberOf: (id) => numbers.get(id),
    forget: (meeting) => {
      const known = objects.get(meeting);
      objects.delete(meeting);
      if (known !== undefined) numbers.delete(known.id);
    },
  };
}

function objectOf(meeting: number, size: number, announced: number): Meeting {
  const name = String(meeting);
  return {
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: name,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      mode: 'SFU',
      pools: [],
      expectedParticipants: announced === 0 ? DEFAULT_EXPECTED : announced,
      maxParticipants: Math.max(DEFAULT_MAX, 2 * size),
      ended: false,
    },
  };
}
