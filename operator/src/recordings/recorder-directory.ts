/** Dials every recorder, tells it its meeting's topology and when to stop, and knows in memory what each reports. */
import type { RecordingEndReason } from '@parley/crds/reasons.js';
import { APP_COMPONENT_LABEL, MEETING_ID_LABEL } from '@parley/crds/labels.js';
import type { RecorderReport } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import { RECORDER_GRPC_PORT } from '../core/recording/recorder-job.js';
import type { ReportedRecording } from '../core/recording/world.js';
import type { Clock } from '../kube/clock.js';
import { objectKey } from '../kube/kube-resource.js';
import type { KeySource, ObjectCache } from '../kube/object-cache.js';
import type { TopologyFeed } from '../placement/topology-feed.js';
import { topologyMessage } from '../publish/topology-message.js';
import { recordingKeyOf, type RecorderIndex } from '../resources/caches.js';
import { addressOfPod, isOver } from '../resources/pod-address.js';
import type { RecorderPod } from '../resources/recorder-pod-resource.js';
import { createRecorderLink, type RecorderLink } from './recorder-link.js';
import { reportedRecording } from './recorder-report.js';

export interface RecorderDirectory {
  /** Its stream is open and it speaks; by the pod's key. */
  isHeard(pod: string): boolean;
  /** Since when (on the clock that never goes back) one that was heard is not heard any more. */
  lostAtMs(pod: string): number | undefined;
  /** The last one, also of one that isn't heard any more. */
  report(pod: string): ReportedRecording | undefined;
  /** Recorders of the RecordingJob (by key) are told to stop; undefined: they go on. */
  setStop(recording: string, reason: RecordingEndReason | undefined): void;
  /** A recorder came or was lost, or what it does is another than before; Progress: only its counts are. By the RecordingJob's key. */
  subscribe(listener: (recording: string, change: 'State' | 'Progress') => void): () => void;
  close(): Promise<void>;
}

export interface RecorderDirectoryDeps {
  readonly pods: ObjectCache<RecorderPod, RecorderIndex>;
  readonly changes: KeySource;
  readonly feed: Pick<TopologyFeed, 'get' | 'subscribe'>;
  readonly credentials: RpcCredentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

interface Entry {
  readonly link: RecorderLink;
  readonly address: string;
  readonly recording: string;
  readonly meetingId: string;
  isHeard: boolean;
  lostAtMs: number | undefined;
  instanceId: string;
  report: ReportedRecording | undefined;
}

export function createRecorderDirectory(deps: RecorderDirectoryDeps): RecorderDirectory {
  const entries = new Map<string, Entry>();
  const podsByMeeting = new Map<string, Set<string>>();
  const stops = new Map<string, RecordingEndReason>();
  const listeners = new Set<(recording: string, change: 'State' | 'Progress') => void>();
  const closing = new Set<Promise<void>>();

  const tell = (recording: string, change: 'State' | 'Progress'): void => {
    for (const listener of listeners) listener(recording, change);
  };
  const take = (pod: string, message: RecorderReport): void => {
    const entry = entries.get(pod);
    if (entry === undefined) return;
    const before = entry.report;
    const report = reportedRecording(message);
    const isNews = !entry.isHeard || entry.instanceId !== message.instanceId || isOtherState(before, report);
    Object.assign(entry, { isHeard: true, lostAtMs: undefined, instanceId: message.instanceId, report });
    tell(entry.recording, isNews ? 'State' : 'Progress');
  };
  const lose = (pod: string): void => {
    const entry = entries.get(pod);
    if (entry?.isHeard !== true) return;
    entry.isHeard = false;
    entry.lostAtMs = deps.clock.monotonicMs();
    tell(entry.recording, 'State');
  };
  const forget = (pod: string, { link, meetingId }: Entry): void => {
    entries.delete(pod);
    const pods = podsByMeeting.get(meetingId);
    pods?.delete(pod);
    if (pods?.size === 0) podsByMeeting.delete(meetingId);
    const closed = link.close();
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };
  const sync = (key: string): void => {
    const pod = deps.pods.get(key);
    const address = pod === undefined ? '' : addressOf(pod);
    const entry = entries.get(key);
    if (entry !== undefined && entry.address !== address) forget(key, entry);
    if (pod === undefined || address === '' || entries.has(key)) return;
    const recording = recordingKeyOf(pod);
    const meetingId = pod.metadata.labels[MEETING_ID_LABEL] ?? '';
    const link = createRecorderLink({
      ...deps,
      ...{ address, log: deps.log.child({ recorder: key, meetingId }) },
      topology: () => {
        const topology = deps.feed.get(meetingId);
        return topology && topologyMessage(topology);
      },
      stop: () => stops.get(recording),
      onReport: (report) => take(key, report),
      onLost: () => lose(key),
    });
    entries.set(key, {
      link,
      address,
      recording,
      meetingId,
      isHeard: false,
      lostAtMs: undefined,
      instanceId: '',
      report: undefined,
    });
    podsByMeeting.set(meetingId, (podsByMeeting.get(meetingId) ?? new Set()).add(key));
  };
  const unsubscribe = [
    deps.changes.subscribe(sync),
    deps.feed.subscribe(({ topology }) => {
      for (const pod of podsByMeeting.get(topology.meetingId) ?? []) entries.get(pod)?.link.changed();
    }),
  ];
  for (const pod of deps.pods.values()) sync(objectKey(pod.metadata));

  return {
    isHeard: (pod) => entries.get(pod)?.isHeard === true,
    lostAtMs: (pod) => entries.get(pod)?.lostAtMs,
    report: (pod) => entries.get(pod)?.report,
    setStop: (recording, reason) => {
      if (stops.get(recording) === reason) return;
      if (reason === undefined) stops.delete(recording);
      else stops.set(recording, reason);
      for (const { metadata } of deps.pods.byIndex('recording', recording))
        entries.get(objectKey(metadata))?.link.changed();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      for (const end of unsubscribe) end();
      listeners.clear();
      for (const [pod, entry] of [...entries]) forget(pod, entry);
      await Promise.all(closing);
    },
  };
}

function isOtherState(before: ReportedRecording | undefined, report: ReportedRecording): boolean {
  return (
    before === undefined ||
    before.phase !== report.phase ||
    before.startedAtMs !== report.startedAtMs ||
    before.endedAtMs !== report.endedAtMs ||
    before.storageWaiting?.reason !== report.storageWaiting?.reason
  );
}

/** Empty: it can't be dialled. */
function addressOf(pod: RecorderPod): string {
  const { labels } = pod.metadata;
  if (labels[MEETING_ID_LABEL] === undefined || labels[APP_COMPONENT_LABEL] !== 'recorder') return '';
  return isOver(pod) ? '' : addressOfPod(pod, RECORDER_GRPC_PORT);
}
