/** The stream to one recorder: the meeting's topology, and the stop, to it; what it does, from it. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { backoffMs } from '@parley/process/backoff.js';
import {
  RecorderService,
  RecordingEndReason,
  type RecorderDirectiveSchema,
  type RecorderReport,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createMessageQueue, type MessageQueue } from '@parley/proto/message-queue.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { RecordingEndReason as EndReason } from '@parley/crds/reasons.js';
import type { Logger } from 'pino';
import { pause, type Clock } from '../kube/clock.js';

export interface RecorderLink {
  /** Topology or stop are others than before: the recorder is told at once, if it is there. */
  changed(): void;
  close(): Promise<void>;
}

export interface RecorderLinkDeps {
  readonly address: string;
  readonly credentials: RpcCredentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Undefined: nothing is known of the meeting yet. */
  readonly topology: () => Topology | undefined;
  /** Undefined: it is to go on. */
  readonly stop: () => EndReason | undefined;
  readonly onReport: (report: RecorderReport) => void;
  readonly onLost: () => void;
}

type Directive = MessageInitShape<typeof RecorderDirectiveSchema>;

const PING_MS = 1_000;
const SILENCE_MS = 3_000;
/** One that reads this slowly is not there: it is told everything anew over another stream. */
const MAX_WAITING = 64;
const BACKOFF = { firstMs: 100, lastMs: 2_000 };
const STOPS: Readonly<Record<EndReason, RecordingEndReason>> = {
  Stopped: RecordingEndReason.STOPPED,
  MeetingEnded: RecordingEndReason.MEETING_ENDED,
  MaxDuration: RecordingEndReason.MAX_DURATION,
  MeetingEmpty: RecordingEndReason.MEETING_EMPTY,
};

export function createRecorderLink(deps: RecorderLinkDeps): RecorderLink {
  const { clock, log } = deps;
  const channel = createRpcChannel({ address: deps.address, role: 'recorder', credentials: deps.credentials });
  const client = channel.client(RecorderService);
  const closing = new AbortController();
  let open: MessageQueue<Directive> | undefined;
  let toldTopology: string | undefined;
  let toldStop: EndReason | undefined;

  const tell = (): void => {
    if (open === undefined) return;
    const topology = deps.topology();
    const version = topology && `${String(topology.term)}.${String(topology.epoch)}`;
    if (topology !== undefined && version !== toldTopology) {
      open.push({ directive: { case: 'topology', value: topology } });
      toldTopology = version;
    }
    const stop = deps.stop();
    if (stop === undefined || stop === toldStop) return;
    open.push({ directive: { case: 'stop', value: { reason: STOPS[stop] } } });
    toldStop = stop;
  };
  /** @returns whether anything was heard. */
  const runStream = async (): Promise<boolean> => {
    const queue = createMessageQueue<Directive>(MAX_WAITING);
    open = queue;
    toldTopology = undefined;
    toldStop = undefined;
    tell();
    let isHeard = false;
    let cancelPing = (): void => undefined;
    const ping = (): void => {
      queue.push({ directive: { case: 'ping', value: {} } });
      cancelPing = clock.after(PING_MS, ping);
    };
    ping();
    try {
      for await (const report of client.direct(queue, { idleTimeoutMs: SILENCE_MS, signal: closing.signal })) {
        isHeard = true;
        deps.onReport(report);
      }
    } catch (thrown) {
      if (!closing.signal.aborted)
        log.debug({ err: RpcError.from(thrown) }, 'the stream of a recorder has broken, or could not be opened');
    } finally {
      cancelPing();
      open = undefined;
      queue.end();
    }
    return isHeard;
  };
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!closing.signal.aborted) {
      failures = (await runStream()) ? 0 : failures + 1;
      deps.onLost();
      await pause(clock, backoffMs(BACKOFF, failures, deps.random()), closing.signal);
    }
  };
  const running = run();

  return {
    changed: tell,
    close: async () => {
      closing.abort();
      channel.close();
      await running;
    },
  };
}
