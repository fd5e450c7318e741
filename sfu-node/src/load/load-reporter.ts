/** The load stream: all meetings at first, then only those that changed, so that a report of an idle node stays small. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LoadReportSchema, MeetingLoadSchema } from '@parley/proto/gen/parley/v1/node_pb.js';
import type { RoomCounts } from '../metrics/room-metrics.js';
import type { RoomRegistry } from '../rooms/room-registry.js';
import type { LoadSample } from './load-sampler.js';

export type LoadReportInit = MessageInitShape<typeof LoadReportSchema>;
type MeetingLoadInit = MessageInitShape<typeof MeetingLoadSchema>;

export interface LoadReporter {
  watch(intervalMs: number, signal: AbortSignal): AsyncIterable<LoadReportInit>;
}

export interface LoadReporterDeps {
  readonly instanceId: string;
  readonly registry: Pick<RoomRegistry, 'rooms' | 'fence' | 'fingerprint' | 'onChanged'>;
  readonly counts: () => RoomCounts;
  readonly capacity: { readonly participants: number; readonly consumers: number };
  readonly sample: () => LoadSample;
}

export function createLoadReporter(deps: LoadReporterDeps): LoadReporter {
  return {
    async *watch(intervalMs, signal): AsyncGenerator<LoadReportInit> {
      let changed = new Set(deps.registry.rooms.keys());
      const stop = deps.registry.onChanged((meetingId) => changed.add(meetingId));
      signal.addEventListener('abort', stop, { once: true });
      try {
        for (let sequence = 1; !signal.aborted; sequence += 1) {
          const meetings = changed;
          changed = new Set();
          yield report(deps, sequence, meetings);
          await delay(intervalMs, undefined, { signal }).catch(() => undefined);
        }
      } finally {
        stop();
      }
    },
  };
}

function report(deps: LoadReporterDeps, sequence: number, meetings: ReadonlySet<string>): LoadReportInit {
  const load = deps.sample();
  return {
    instanceId: deps.instanceId,
    sequence,
    ...deps.counts(),
    egressBytesPerSecond: load.egressBytesPerSecond,
    egressPacketsPerSecond: load.egressPacketsPerSecond,
    ingressBytesPerSecond: load.ingressBytesPerSecond,
    ingressPacketsPerSecond: load.ingressPacketsPerSecond,
    workerCpuMax: load.workerCpuMax,
    workerCpuMean: load.workerCpuMean,
    eventLoopLagMs: load.eventLoopLagMs,
    capacity: deps.capacity,
    meetings: [...meetings].map((meetingId) => meetingLoad(deps.registry, meetingId)),
  };
}

function meetingLoad(registry: LoadReporterDeps['registry'], meetingId: string): MeetingLoadInit {
  const room = registry.rooms.get(meetingId);
  const { term, epoch } = registry.fence(meetingId) ?? { term: 0, epoch: 0 };
  return {
    meetingId,
    term,
    epoch,
    participants: room?.participants.size ?? 0,
    closed: room === undefined,
    fingerprint: registry.fingerprint(meetingId),
    unreachableNodes: [...(room?.relays.unreachable ?? [])],
  };
}
