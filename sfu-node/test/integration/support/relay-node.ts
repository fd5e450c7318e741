/** A node's relays with a room of their own, on a real worker and a real gRPC server, without the rest of a node. */
import { createLogger } from '@parley/process/log.js';
import type { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import { LeaveReason } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RelayService } from '@parley/proto/gen/parley/v1/relay_pb.js';
import { RelayKind, TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { create } from '@bufbuild/protobuf';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { createRoster, type Roster } from '@parley/relay/core/roster/roster.js';
import { routerCodecs } from '@parley/relay/media/router-codecs.js';
import type { RoomRelays } from '@parley/relay/relay-port.js';
import type { RelayTiming } from '@parley/relay/relay-timing.js';
import { createRelays } from '@parley/relay/relays.js';
import { createWorker, type types } from 'mediasoup';
import { Registry } from 'prom-client';

export interface RelayNode {
  readonly name: string;
  readonly address: string;
  readonly roster: Roster;
  readonly relays: RoomRelays;
  readonly registry: Registry;
  readonly scores: { readonly producerId: string; readonly score: number }[];
  /** Copies that came by another relay, in order. */
  readonly superseded: { readonly producerId: string; readonly localId: string }[];
  router(): Promise<types.Router>;
  /** The transports to other nodes that are open now. */
  pipes(): types.PipeTransport[];
  /** As when the room's worker died: everything on its router is gone. */
  loseMedia(): void;
  join(participantId: string, joinedAtMs?: number): void;
  leave(participantId: string): void;
  announce(producer: { id: string; participantId: string; kind: MediaKind; paused?: boolean }): void;
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  close(): Promise<void>;
}

export const meetingId = 'abc-defg-hij';
const quick: Partial<RelayTiming> = {
  retryMinMs: 20,
  retryMaxMs: 200,
  lingerMs: 300,
  pingMs: 200,
  silenceMs: 1_500,
  overlapMs: 500,
  earlierMs: 300,
  reviewMs: 50,
};

export async function startRelayNode(name: string, timing: Partial<RelayTiming> = {}): Promise<RelayNode> {
  const registry = new Registry();
  const credentials = insecureCredentials();
  const worker = await createWorker({ logLevel: 'error' });
  const level = process.env['RELAY_LOG'] === undefined ? 'silent' : 'debug';
  const pipes = new Set<types.PipeTransport>();
  const all = createRelays({
    config: { nodeName: name, podIp: '127.0.0.1', relayPortMin: 43_000, relayPortMax: 43_999 },
    instanceId: `${name}-1`,
    credentials,
    registry,
    log: createLogger({ process: name, level }),
    timing: { ...quick, ...timing },
  });
  const server = await startRpcServer({
    address: '127.0.0.1:0',
    credentials,
    services: [rpcService({ service: RelayService, handlers: all.handlers, allow: ['node'] })],
  });
  const roster = createRoster();
  const scores: { producerId: string; score: number }[] = [];
  const superseded: { producerId: string; localId: string }[] = [];
  let generation = 1;
  let opening: Promise<types.Router> | undefined;
  const open = async (): Promise<types.Router> => {
    const router = await worker.createRouter({ mediaCodecs: routerCodecs });
    router.observer.on('newtransport', (transport) => {
      if (transport.type !== 'pipe') return;
      pipes.add(transport as types.PipeTransport);
      transport.observer.once('close', () => pipes.delete(transport as types.PipeTransport));
    });
    return router;
  };
  const router = (): Promise<types.Router> => (opening ??= open());
  const relays = all.createRoomRelays({
    meetingId,
    get generation() {
      return generation;
    },
    roster,
    router,
    tellScore: (score) => scores.push(score),
    superseded: (producerId, localId) => superseded.push({ producerId, localId }),
    reachChanged: () => undefined,
    relaysGone: () => undefined,
  });
  return {
    name,
    address: `127.0.0.1:${server.port}`,
    roster,
    relays,
    registry,
    scores,
    superseded,
    router,
    pipes: () => [...pipes],
    loseMedia(): void {
      const lost = opening;
      opening = undefined;
      generation += 1;
      void lost?.then((old) => old.close());
      relays.mediaReset();
    },
    join: (id, joinedAtMs = 1) => roster.upsertParticipant({ id, name: id, node: name, joinedAtMs }),
    leave: (id) => roster.removeParticipant(id, LeaveReason.LEFT),
    announce: (producer) => roster.upsertProducer({ source: 'camera', ...producer }),
    async metric(metricName, labels = {}): Promise<number> {
      const found = await registry.getSingleMetric(metricName)?.get();
      const value = found?.values.find(({ labels: given }) =>
        Object.entries(labels).every(([key, wanted]) => given[key] === wanted),
      );
      return value?.value ?? Number.NaN;
    },
    async close(): Promise<void> {
      await all.close();
      await server.close(100);
      worker.close();
    },
  };
}

export interface MeshOptions {
  readonly term?: number;
  readonly epoch?: number;
  /** Instead of a node's own address. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** The rest is a full mesh. */
  readonly leaves?: Readonly<Record<string, string>>;
}

/** Every two hubs have a relay, dialed by the first by name; a leaf dials its hub. */
export function relayTopology(nodes: readonly RelayNode[], options: MeshOptions = {}): Topology {
  const { term = 1, epoch = 1, addresses = {}, leaves = {} } = options;
  const hubs = nodes
    .map(({ name }) => name)
    .filter((name) => leaves[name] === undefined)
    .toSorted();
  return create(TopologySchema, {
    meetingId,
    term,
    epoch,
    placements: nodes.map(({ name, address }) => ({ node: name, grpcAddress: addresses[name] ?? address })),
    relays: [
      ...hubs.flatMap((dialer, index) =>
        hubs.slice(index + 1).map((listener) => ({ dialer, listener, kind: RelayKind.PEER })),
      ),
      ...Object.entries(leaves).map(([dialer, listener]) => ({ dialer, listener, kind: RelayKind.LEAF })),
    ],
  });
}
