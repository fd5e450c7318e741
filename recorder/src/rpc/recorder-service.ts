/** RecorderService: what the operator says, and the reports that it is told. */
import type { RecorderService } from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createMessageQueue } from '@parley/proto/message-queue.js';
import type { RpcHandlers } from '@parley/proto/rpc-server.js';
import { endReasonOf, type ReportInit } from '../core/report/build-report.js';
import type { EndReason } from '../format/recording.js';

export interface RecorderServiceDeps {
  topology(topology: Topology): void;
  stop(reason: EndReason): void;
  report(): ReportInit;
  /** Calls back whenever the phase changes; returns what ends that. */
  onPhase(listener: () => void): () => void;
}

const everyMs = 1_000;
/** A reader so far behind gets a new stream. */
const waitingReports = 16;

export function createRecorderService(deps: RecorderServiceDeps): RpcHandlers<typeof RecorderService> {
  return {
    async *direct(directives, { signal }) {
      const reports = createMessageQueue<ReportInit>(waitingReports);
      const tell = (): void => void reports.push(deps.report());
      const timer = setInterval(tell, everyMs);
      const stopListening = deps.onPhase(tell);
      const end = (): void => reports.end();
      signal.addEventListener('abort', end, { once: true });
      void (async () => {
        for await (const { directive } of directives) {
          if (directive.case === 'topology') deps.topology(directive.value);
          else if (directive.case === 'stop') deps.stop(endReasonOf(directive.value.reason));
        }
      })()
        .catch(() => undefined)
        .finally(end);
      try {
        tell();
        yield* reports;
      } finally {
        clearInterval(timer);
        stopListening();
        signal.removeEventListener('abort', end);
      }
    },
  };
}
