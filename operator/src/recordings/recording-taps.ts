/** Which recorders record a meeting: its topology has a tap for each. */
import type { RecordingJob } from '@parley/crds/recording-job.js';
import { meetingKeyOf } from '../resources/caches.js';

export interface RecordingTaps {
  /** The recorder of a RecordingJob (by key), by its pod's name; undefined: none. */
  set(key: string, job: RecordingJob, recorder: string | undefined): void;
  forget(key: string): void;
  /** Every RecordingJob that there was at the start was looked at; meetings keep the taps that they have until then. */
  markComplete(): void;
}

export interface RecordingTapsDeps {
  readonly set: (meeting: string, recorders: readonly string[]) => void;
  readonly markComplete: () => void;
}

export function createRecordingTaps(meetings: RecordingTapsDeps): RecordingTaps {
  const byMeeting = new Map<string, Map<string, string>>();
  const meetingOf = new Map<string, string>();
  let isComplete = false;

  const tell = (meeting: string): void =>
    meetings.set(meeting, [...(byMeeting.get(meeting)?.values() ?? [])].toSorted());
  const change = (meeting: string, key: string, recorder: string | undefined): void => {
    const recorders = byMeeting.get(meeting) ?? new Map<string, string>();
    if (recorders.get(key) === recorder) return;
    if (recorder === undefined) recorders.delete(key);
    else recorders.set(key, recorder);
    if (recorders.size === 0) byMeeting.delete(meeting);
    else byMeeting.set(meeting, recorders);
    if (isComplete) tell(meeting);
  };
  return {
    set: (key, job, recorder) => {
      const meeting = meetingKeyOf(job);
      if (recorder === undefined) meetingOf.delete(key);
      else meetingOf.set(key, meeting);
      change(meeting, key, recorder);
    },
    forget: (key) => {
      const meeting = meetingOf.get(key);
      meetingOf.delete(key);
      if (meeting !== undefined) change(meeting, key, undefined);
    },
    markComplete: () => {
      isComplete = true;
      for (const meeting of byMeeting.keys()) tell(meeting);
      meetings.markComplete();
    },
  };
}
