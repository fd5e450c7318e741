/** All of Parley on this machine without a cluster: operator, a pool for each region, one signaling, over mutual TLS. */
import { waitFor } from '@parley/e2e/deadline.js';
import { freePort } from './free-port.js';
import { meetingsPath, startLocalCluster, systemNamespace, type LocalCluster } from './local-cluster.js';
import { startProgram, type Program } from './program.js';
import { startSystemNode, type SystemNode } from './system-node.js';

export interface LocalSystem {
  readonly operator: Program;
  /** The first region's first. */
  readonly node: Program;
  readonly nodes: readonly SystemNode[];
  readonly signaling: Program;
  /** host:port of signaling. */
  readonly address: string;
  /** Resolves with the id that people join it by, when they can. */
  openMeeting(name: string): Promise<string>;
  readonly cluster: Pick<LocalCluster, 'api' | 'runPod'>;
  /** Resolves when the operator counts every node as ready. */
  untilReady(): Promise<void>;
  close(): Promise<void>;
}

/** Beyond every benchmark, so that none meets a limit. */
const unlimited = '100000';
const soon = { deadlineMs: 60_000, everyMs: 50 };

export interface LocalRegions {
  readonly regions?: readonly [string, ...string[]];
  readonly nodesEach?: number;
  /** Of each pool's spec. */
  readonly poolSpec?: object;
}

export async function startLocalSystem({
  regions = ['eu'],
  nodesEach = 1,
  poolSpec = {},
}: LocalRegions = {}): Promise<LocalSystem> {
  const cluster = await startLocalCluster();
  const { api, operator, operatorAddress } = cluster;
  try {
    const nodes: SystemNode[] = [];
    for (const name of regions)
      nodes.push(...(await cluster.runPool({ name, nodes: nodesEach, spec: poolSpec }, startSystemNode)));
    const [first] = nodes;
    if (first === undefined) throw new Error('a region needs a node');
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
      cluster,
      operator,
      node: first.program,
      nodes,
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
      untilReady: async () => {
        await Promise.all(regions.map((region) => cluster.untilReady(region, nodesEach)));
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
