/** A node without media, over mutual TLS: it takes every topology at once, and reports it. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  LoadReportSchema,
  NodeService,
  type LoadReport,
  type MeetingLoadSchema,
} from '@parley/proto/gen/parley/v1/node_pb.js';
import { MeetingState, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createMessageQueue, type MessageQueue } from '@parley/proto/message-queue.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import { tlsCredentials } from '@parley/proto/tls.js';
import type { LocalPod, PodInit } from '../process/local-cluster.js';

const nodePort = 7_000;
const queued = 10_000;

export async function startFakeNode({ name, ip, tlsDir }: PodInit): Promise<LocalPod> {
  const instanceId = `${name}-instance`;
  const topologies = new Map<string, Topology>();
  const streams = new Set<MessageQueue<LoadReport>>();
  let sequence = 0;
  const loadOf = ({ meetingId, term, epoch }: Topology): MessageInitShape<typeof MeetingLoadSchema> => ({
    meetingId,
    term,
    epoch,
    closed: !topologies.has(meetingId),
  });
  const report = (meetings: readonly Topology[]): LoadReport => {
    sequence += 1;
    return create(LoadReportSchema, {
      instanceId,
      sequence,
      rooms: topologies.size,
      meetings: meetings.map(loadOf),
    });
  };
  const server = await startRpcServer({
    address: `${ip}:${nodePort}`,
    credentials: tlsCredentials(tlsDir),
    services: [
      rpcService({
        service: NodeService,
        allow: ['operator'],
        handlers: {
          describe: () => Promise.resolve({ node: name, instanceId, workers: 1, version: 'fake' }),
          applyTopology: ({ topology }) => {
            if (topology === undefined) throw new RpcError('INVALID_ARGUMENT', 'no topology');
            if (topology.state === MeetingState.ENDED) topologies.delete(topology.meetingId);
            else topologies.set(topology.meetingId, topology);
            for (const stream of streams) stream.push(report([topology]));
            return Promise.resolve({ instanceId });
          },
          watchLoad: async function* ({ intervalMs }, { signal }) {
            const queue = createMessageQueue<LoadReport>(queued);
            const timer = setInterval(() => queue.push(report([])), intervalMs);
            signal.addEventListener('abort', () => queue.end());
            streams.add(queue);
            queue.push(report([...topologies.values()]));
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
    close: async () => {
      for (const stream of streams) stream.end();
      await server.close(50);
    },
  };
}
