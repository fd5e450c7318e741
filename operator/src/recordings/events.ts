/** What makes a RecordingJob be looked at again: its recorder, its meeting and who is in it, and its turn. */
import type { OperatorCaches } from '../resources/caches.js';
import { objectKey } from '../kube/kube-resource.js';
import type { MeetingPresence } from './presence.js';
import type { RecorderDirectory } from './recorder-directory.js';
import type { RecordingQueue } from './recording-queue.js';
import type { WrittenStatuses } from './written-statuses.js';

export interface RecordingEventsDeps {
  readonly caches: OperatorCaches;
  readonly presence: MeetingPresence;
  readonly recorders: RecorderDirectory;
  readonly queue: RecordingQueue;
  readonly statuses: WrittenStatuses;
  readonly enqueue: (key: string) => void;
  readonly enqueueMeeting: (key: string) => void;
}

/** Returns what ends it. */
export function followRecordingEvents(deps: RecordingEventsDeps): () => void {
  const { caches, enqueue } = deps;
  const enqueueOfMeeting = (meeting: string): void => {
    for (const { metadata } of caches.recordings.cache.byIndex('meeting', meeting)) enqueue(objectKey(metadata));
  };
  const unsubscribe = [
    caches.recorderJobs.changesOf('recording').subscribe(enqueue),
    caches.recorderPods.changesOf('recording').subscribe(enqueue),
    caches.meetings.changes.subscribe(enqueueOfMeeting),
    caches.recordings.changesOf('meeting').subscribe(deps.enqueueMeeting),
    deps.presence.subscribe((meeting) => {
      enqueueOfMeeting(meeting);
      deps.enqueueMeeting(meeting);
    }),
    deps.queue.subscribe(enqueue),
    deps.recorders.subscribe((key, change) => {
      if (change === 'State') enqueue(key);
      else deps.statuses.touch(key);
    }),
  ];
  return () => {
    for (const end of unsubscribe) end();
  };
}
