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
import { rpcService, startRpcServer, type RpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials, type RpcCredentials } from '@parley/proto/tls.js';

/** A node without media: it keeps what it is told, refuses what is older, and reports people as the test says. */
export interface FakeNode {
  readonly ip: string;
  readonly name: string;
  readonly topologies: ReadonlyMap<string, Topology>;
  /** Topologies that it took, in order. */
  readonly applied: readonly Topology[];
  readonly watchers: number;
  /** As if a leader had told it. */
  take(topology: Topology, fingerprint?: string): Promise<void>;
  setParticipants(meetingId: string, participants: number): void;
  /** Of its busiest worker, 0 to 1. */
  setWorkerCpu(part: number): void;
  /** Says of the meeting that its relays to these nodes, by name, are down. */
  setUnreachable(meetingId: string, nodes: readonly string[]): void;
  /** Stops to report and to answer, without closing anything: a node that hangs. */
  hang(): void;
  /** Goes on, and reports, as if nothing had been. */
  resume(): void;
  close(): Promise<void>;
}

export interface FakeNodeOptions {
  readonly name: string;
  readonly ip: string;
  readonly port?: number;
  readonly credentials?: RpcCredentials;
  /** Called after each topology that it took. */
  readonly onTaken?: (topology: Topology) => void;
}

let instances = 0;

export async function startFakeNode(options: FakeNodeOptions): Promise<FakeNode> {
  instances += 1;
  const instanceId = `${options.name}-instance-${String(instances)}`;
  const topologies = new Map<string, Topology>();
  const fingerprints = new Map<string, string>();
  const participants = new Map<string, number>();
  let leaderTerm = 0;
  const unreachable = new Map<string, readonly string[]>();
  const applied: Topology[] = [];
  const streams = new Set<MessageQueue<LoadReport>>();
  let hanging = false;
  let sequence = 0;
  let workerCpu = 0;

  const relatedIn = (meetingId: string): string[] =>
    (topologies.get(meetingId)?.relays ?? [])
      .filter(({ dialer, listener }) => dialer === options.name || listener === options.name)
      .flatMap(({ dialer, listener }) => [dialer, listener]);
  const loadOf = (meetingId: string): MessageInitShape<typeof MeetingLoadSchema> => ({
    meetingId,
    term: topologies.get(meetingId)?.term ?? 0,
    epoch: topologies.get(meetingId)?.epoch ?? 0,
    participants: participants.get(meetingId) ?? 0,
    fingerprint: fingerprints.get(meetingId) ?? '',
    closed: !topologies.has(meetingId),
    unreachableNodes: relatedIn(meetingId).filter((node) => unreachable.get(meetingId)?.includes(node)),
  });
  const report = (meetings: readonly string[]): LoadReport => {
    sequence += 1;
    const people = [...participants.values()].reduce((sum, count) => sum + count, 0);
    return create(LoadReportSchema, {
      instanceId,
      sequence,
      participants: people,
      rooms: topologies.size,
      workerCpuMax: workerCpu,
      meetings: meetings.map(loadOf),
    });
  };
  const tell = (meetings: readonly string[]): void => {
    if (!hanging) for (const stream of streams) stream.push(report(meetings));
  };
  const isOlder = (topology: Topology): boolean => {
    const known = topologies.get(topology.meetingId);
    if (known === undefined) return false;
    return topology.term < known.term || (topology.term === known.term && topology.epoch < known.epoch);
  };
  const hearLeader = (term: number): void => {
    leaderTerm = Math.max(leaderTerm, term);
  };
  const take = async (topology: Topology, fingerprint = ''): Promise<void> => {
    if (hanging) await new Promise(() => undefined);
    if (isOlder(topology)) throw new RpcError('FAILED_PRECONDITION', 'older than what this node has');
    applied.push(topology);
    const isHere = topology.placements.some(({ node }) => node === options.name);
    if (topology.state === MeetingState.ENDED || !isHere) {
      topologies.delete(topology.meetingId);
      participants.delete(topology.meetingId);
      fingerprints.delete(topology.meetingId);
    } else {
      topologies.set(topology.meetingId, topology);
      fingerprints.set(topology.meetingId, fingerprint);
    }
    tell([topology.meetingId]);
    options.onTaken?.(topology);
  };
  const server: RpcServer = await startRpcServer({
    address: `${options.ip}:${String(options.port ?? 7000)}`,
    credentials: options.credentials ?? insecureCredentials(),
    services: [
      rpcService({
        service: NodeService,
        allow: ['operator'],
        handlers: {
          describe: () => Promise.resolve({ node: options.name, instanceId, workers: 1, version: 'fake' }),
          applyTopology: async ({ topology, leaderTerm: sender, fingerprint }) => {
            if (topology === undefined) throw new RpcError('INVALID_ARGUMENT', 'no topology');
            if (sender < leaderTerm) throw new RpcError('FAILED_PRECONDITION', 'from an older leader');
            hearLeader(sender);
            await take(topology, fingerprint);
            return { instanceId };
          },
          watchLoad: async function* (request, { signal }) {
            hearLeader(request.leaderTerm);
            const queue = createMessageQueue<LoadReport>(10_000);
            const timer = setInterval(() => {
              if (!hanging) queue.push(report([]));
            }, request.intervalMs);
            signal.addEventListener('abort', () => queue.end());
            streams.add(queue);
            queue.push(report([...topologies.keys()]));
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
    ip: options.ip,
    name: options.name,
    topologies,
    applied,
    get watchers() {
      return streams.size;
    },
    take,
    setParticipants: (meetingId, count) => {
      participants.set(meetingId, count);
      tell([meetingId]);
    },
    setWorkerCpu: (part) => {
      workerCpu = part;
      tell([]);
    },
    setUnreachable: (meetingId, nodes) => {
      unreachable.set(meetingId, nodes);
      tell([meetingId]);
    },
    hang: () => {
      hanging = true;
    },
    resume: () => {
      hanging = false;
    },
    close: async () => {
      for (const stream of streams) stream.end();
      await server.close(50);
    },
  };
}

let subnet = 0;

/** Loopback addresses of this process's own: every node listens on port 7000 of one. */
export function nextLoopbackAddress(): string {
  subnet += 1;
  return `127.${String((process.pid % 250) + 1)}.${String((Math.floor(process.pid / 250) % 250) + 1)}.${String(subnet)}`;
}
