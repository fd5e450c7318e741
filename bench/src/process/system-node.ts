/** A node of the local system: its process can be broken and started anew, as a kubelet restarts a container in its pod. */
import type { LocalPod, PodInit } from './local-cluster.js';
import { startProgram, type Program } from './program.js';

export interface SystemNode extends LocalPod {
  readonly name: string;
  /** Of now. */
  readonly program: Program;
  /** Ends it at once, and starts another. */
  restart(): Promise<void>;
}

const rtcWorkers = 2;
/** Beyond every benchmark, so that none meets a limit. */
const unlimited = '100000';

export async function startSystemNode({ name, ip, tlsDir }: PodInit): Promise<SystemNode> {
  const start = (): Promise<Program> =>
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
  let program = await start();
  return {
    name,
    get program() {
      return program;
    },
    restart: async () => {
      await program.kill();
      program = await start();
    },
    close: () => program.close(),
  };
}
