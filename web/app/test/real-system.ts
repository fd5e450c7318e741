/** Real nodes and a real signaling replica in this process, serving the built page; only the operator is a few lines in memory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { createLogger } from '@parley/process/log.js';
import { NodeService } from '@parley/proto/gen/parley/v1/node_pb.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { PlacementService, type TurnServerSchema } from '@parley/proto/gen/parley/v1/placement_pb.js';
import {
  MeetingSettingsSchema,
  MeetingState,
  PlacementSchema,
  RelayKind,
  TapSchema,
  TopologySchema,
  type Placement,
  type Topology,
} from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { defaultLimits } from '@parley/sfu-node/config.js';
import { startSfuNode } from '@parley/sfu-node/sfu-node.js';
import { parseConfig } from '@parley/signaling/config.js';
import { startSignaling, type Signaling } from '@parley/signaling/signaling.js';
import { exportPKCS8, exportSPKI, generateKeyPair } from 'jose';
import { Registry } from 'prom-client';

export interface RealSystem {
  readonly url: string;
  /** Ends signaling, and starts it again at the same address. */
  restartSignaling(whileDown: () => Promise<void>): Promise<void>;
  /** As the operator tells of them. */
  setTurnServers(servers: readonly TurnServerInit[]): void;
  /** The region's node is to be emptied, and no other; undefined: none. */
  drain(region: string | undefined): Promise<void>;
  /** The recorder has its tap on the region's node; undefined: it records no longer. @returns what the recorder is told. */
  record(recorder: string, region: string | undefined): Promise<Topology>;
  close(): Promise<void>;
}

export type TurnServerInit = MessageInitShape<typeof TurnServerSchema>;

export const meetingId = 'rea-lmed-iaa';

/** One node for each region; the meeting is on all of them, in a mesh of relays. Media is at `address`. */
export async function startRealSystem(
  pageDir: string,
  regions: readonly string[],
  address = '127.0.0.1',
): Promise<RealSystem> {
  const credentials = insecureCredentials();
  const log = createLogger({ process: 'test', level: (process.env['LOG_LEVEL'] ?? 'silent') as 'silent' });
  const nodes = await Promise.all(
    regions.map((region, i) =>
      startSfuNode({
        config: {
          nodeName: `node-${region}`,
          podIp: '127.0.0.1',
          grpcAddress: '127.0.0.1:0',
          rtcPort: 0,
          rtcListenIp: address,
          relayPortMin: 43_000 + i * 200,
          relayPortMax: 43_199 + i * 200,
          workers: 1,
          limits: defaultLimits,
        },
        credentials,
        registry: new Registry(),
        version: 'test',
        log,
      }),
    ),
  );
  const placements = (drained: string | undefined): Placement[] =>
    regions.map((region, i) =>
      create(PlacementSchema, {
        node: `node-${region}`,
        region,
        pool: region,
        participantLimit: 100,
        grpcAddress: `127.0.0.1:${nodes[i]?.port ?? 0}`,
        announcedAddresses: [address],
        draining: region === drained,
      }),
    );
  const settings = { title: 'Weekly planning', maxParticipants: 100, namespace: 'default', name: 'weekly' };
  let topology = create(TopologySchema, {
    meetingId,
    term: 1,
    epoch: 1,
    state: MeetingState.PLACED,
    settings,
    placements: placements(undefined),
    relays: regions.flatMap((from, i) =>
      regions.slice(i + 1).map((to) => ({ dialer: `node-${from}`, listener: `node-${to}`, kind: RelayKind.PEER })),
    ),
  });
  const apply = async (): Promise<void> => {
    for (const { grpcAddress } of topology.placements) {
      const channel = createRpcChannel({ address: grpcAddress, role: 'node', credentials });
      await channel.client(NodeService).applyTopology({ topology }, { deadlineMs: 5_000 });
      channel.close();
    }
  };
  await apply();
  const operator = await startOperator(() => topology);
  const keys = await writeTokenKeys();
  const start = (port: number): Promise<Signaling> => {
    const environment = {
      HTTP_PORT: String(port),
      OPERATOR_ADDRESS: `127.0.0.1:${operator.port}`,
      TOKEN_KEYS_DIR: keys,
      WEB_DIR: pageDir,
    };
    return startSignaling(parseConfig(environment), log, new Registry());
  };
  let signaling = await start(0);
  const { port } = signaling;
  return {
    url: `http://127.0.0.1:${port}`,
    async restartSignaling(whileDown) {
      await signaling.close();
      await whileDown();
      signaling = await start(port);
    },
    setTurnServers: operator.setTurnServers,
    async drain(region) {
      topology = create(TopologySchema, { ...topology, epoch: topology.epoch + 1, placements: placements(region) });
      await apply();
    },
    async record(recorder, region) {
      topology = create(TopologySchema, {
        ...topology,
        epoch: topology.epoch + 1,
        settings: create(MeetingSettingsSchema, { ...settings, recording: region !== undefined }),
        taps: region === undefined ? [] : [create(TapSchema, { recorder, node: `node-${region}` })],
      });
      await apply();
      return topology;
    },
    async close() {
      await signaling.close();
      await operator.close();
      await Promise.all(nodes.map((node) => node.close()));
      await rm(keys, { recursive: true });
    },
  };
}

interface MemoryOperator {
  readonly port: number;
  readonly setTurnServers: RealSystem['setTurnServers'];
  close(): Promise<void>;
}

async function startOperator(current: () => Topology): Promise<MemoryOperator> {
  let turnServers: readonly TurnServerInit[] = [];
  const service = rpcService({
    service: PlacementService,
    allow: ['signaling'],
    handlers: {
      place: ({ participantIds, region }) => {
        const topology = current();
        const open = topology.placements.filter(({ draining }) => !draining);
        const chosen = open.find((placement) => placement.region === region) ?? open[0];
        const node = chosen?.node ?? '';
        const placements = participantIds.map((participantId) => ({ participantId, node, reason: 'KeptOnNode' }));
        return Promise.resolve({ topology, placements });
      },
      watchTopologies: async function* (_request, { signal }) {
        yield { topology: current() };
        yield { synced: true };
        while (!signal.aborted) {
          yield { topology: current(), turnServers: { servers: [...turnServers] } };
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
      },
    },
  });
  const server = await startRpcServer({
    address: '127.0.0.1:0',
    credentials: insecureCredentials(),
    services: [service],
  });
  return {
    port: server.port,
    setTurnServers: (servers) => {
      turnServers = servers;
    },
    close: () => server.close(0),
  };
}

/** As the operator's Secret is mounted. */
async function writeTokenKeys(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-token-keys-'));
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  await writeFile(join(folder, 'k1.key.pem'), await exportPKCS8(privateKey));
  await writeFile(join(folder, 'k1.pub.pem'), await exportSPKI(publicKey));
  await writeFile(join(folder, 'current.kid'), 'k1\n');
  return folder;
}
