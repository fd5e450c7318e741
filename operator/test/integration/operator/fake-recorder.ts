/** A recorder without media: it keeps what it is told, and reports what the test says. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  RecorderPhase,
  RecorderReportSchema,
  RecorderService,
  type RecorderReport,
  type RecordingEndReason,
} from '@parley/proto/gen/parley/v1/recorder_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createMessageQueue, type MessageQueue } from '@parley/proto/message-queue.js';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials, type RpcCredentials } from '@parley/proto/tls.js';

export type ReportInit = Exclude<MessageInitShape<typeof RecorderReportSchema>, RecorderReport>;

export interface FakeRecorder {
  readonly name: string;
  readonly ip: string;
  readonly topologies: readonly Topology[];
  readonly stops: readonly RecordingEndReason[];
  say(change: ReportInit): void;
  close(): Promise<void>;
}

export async function startFakeRecorder(
  name: string,
  ip: string,
  credentials: RpcCredentials = insecureCredentials(),
): Promise<FakeRecorder> {
  const topologies: Topology[] = [];
  const stops: RecordingEndReason[] = [];
  const streams = new Set<MessageQueue<RecorderReport>>();
  let said: ReportInit = { recorder: name, instanceId: `${name}-1`, phase: RecorderPhase.WAITING };
  const report = (): RecorderReport => create(RecorderReportSchema, said);
  const server = await startRpcServer({
    address: `${ip}:7000`,
    credentials,
    services: [
      rpcService({
        service: RecorderService,
        allow: ['operator'],
        handlers: {
          direct: async function* (directives, { signal }) {
            const queue = createMessageQueue<RecorderReport>(1_000);
            const timer = setInterval(() => queue.push(report()), 200);
            const listen = async (): Promise<void> => {
              for await (const { directive } of directives) {
                if (directive.case === 'topology') topologies.push(directive.value);
                if (directive.case === 'stop') stops.push(directive.value.reason);
              }
            };
            void listen().catch(() => undefined);
            signal.addEventListener('abort', () => queue.end());
            streams.add(queue);
            queue.push(report());
            try {
              yield* queue;
            } finally {
              streams.delete(queue);
              clearInterval(timer);
            }
          },
        },
      }),
    ],
  });
  return {
    name,
    ip,
    topologies,
    stops,
    say: (change) => {
      said = { ...said, ...change };
      for (const stream of streams) stream.push(report());
    },
    close: async () => {
      for (const stream of streams) stream.end();
      await server.close(0);
    },
  };
}
