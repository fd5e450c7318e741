/** All of Parley on this machine without a cluster: operator, a pool of one node for each region, one signaling, over mutual TLS. */
import { waitFor } from '@parley/e2e/deadline.js';
import { freePort } from './free-port.js';
import { meetingsPath, startLocalCluster, systemNamespace, type PodInit } from './local-cluster.js';
import { startProgram, type Program } from './program.js';

export interface LocalSystem {
  readonly operator: Program;
  /** Of the first region. */
  readonly node: Program;
  readonly signaling: Program;
  /** host:port of signaling. */
  readonly address: string;
  /** Resolves with the id that people join it by, when they can. */
  openMeeting(name: string): Promise<string>;
  close(): Promise<void>;
}

const rtcWorkers = 2;
/** Beyond every benchmark, so that none meets a limit. */
const unlimited = '100000';
const soon = { deadlineMs: 60_000, everyMs: 50 };

export async function startLocalSystem(regions: readonly [string, ...string[]] = ['eu']): Promise<LocalSystem> {
  const cluster = await startLocalCluster();
  const { api, operator, operatorAddress } = cluster;
  try {
    const startNode = ({ name, ip, tlsDir }: PodInit): Promise<Program> =>
      startProgram('sfu-node', {
        NODE_NAME: name,
        POD_IP: ip,
        TLS_DIR: tlsDir,
        GRPC_ADDRESS: `${ip}:7000`,
        WORKERS: String(rtcWorkers),
        CAPACITY_PARTICIPANTS: unlimited,
        CAPACITY_CONSUMERS: unlimited,
        // mediasoup's worker tells of every bandwidth estimation that begins as of an error.
        LOG_LEVEL: 'silent',
      });
    const [firstRegion, ...otherRegions] = regions;
    const node = await cluster.runPool(firstRegion, startNode);
    for (const region of otherRegions) await cluster.runPool(region, startNode);
    const port = String(await freePort('127.0.0.1'));
    const signaling = await startProgram('signaling', {
      HTTP_PORT: port,
      OPERATOR_ADDRESS: operatorAddress,
      TLS_DIR: await cluster.mountSecret(systemNamespace, 'parley-signaling-tls'),
      TOKEN_KEYS_DIR: await cluster.mountSecret(systemNamespace, 'parley-token-keys'),
      REQUEST_BURST: unlimited,
      REQUESTS_PER_SECOND: unlimited,
    });
    const address = `127.0.0.1:${port}`;
    return {
      operator,
      node,
      signaling,
      address,
      openMeeting: async (name) => {
        const spec = { title: name, expectedParticipants: 2 };
        const path = meetingsPath('default');
        await api.create(path, { apiVersion: 'parley.dev/v1alpha1', kind: 'Meeting', metadata: { name }, spec });
        return waitFor(`${name} to be open`, soon, async () => {
          const { status } = await api.get(`${path}/${name}`);
          if (status?.['phase'] !== 'Placed') return undefined;
          const meetingId = String(status['meetingId']);
          const { ok } = await fetch(`http://${address}/v1/meetings/${meetingId}`);
          return ok ? meetingId : undefined;
        });
      },
      close: async () => {
        await signaling.close();
        await cluster.close();
      },
    };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}
