/** The agent of one TURN server, in memory, at a pod's address. */
import { TurnService } from '@parley/proto/gen/parley/v1/turn_pb.js';
import { rpcService, startRpcServer } from '@parley/proto/rpc-server.js';
import { insecureCredentials } from '@parley/proto/tls.js';

export interface FakeAgent {
  readonly ip: string;
  /** As it was told. */
  readonly peers: readonly string[];
  allocations: number;
  bytesPerSecond: number;
  close(): Promise<void>;
}

export async function startFakeAgent(ip: string): Promise<FakeAgent> {
  const state = { allocations: 0, bytesPerSecond: 0, peers: [] as readonly string[], version: '' };
  const ended = new AbortController();
  const service = rpcService({
    service: TurnService,
    allow: ['operator'],
    handlers: {
      watchTurnLoad: async function* (_request, { signal }) {
        while (!signal.aborted && !ended.signal.aborted) {
          yield {
            ...{ instanceId: ip, complete: true, peersVersion: state.version, allocations: state.allocations },
            ...{ ingressBytesPerSecond: state.bytesPerSecond, egressBytesPerSecond: 0 },
          };
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      },
      setPeers: ({ version, addresses }) => {
        Object.assign(state, { version, peers: addresses });
        return Promise.resolve({});
      },
    },
  });
  const server = await startRpcServer({
    address: `${ip}:7100`,
    credentials: insecureCredentials(),
    services: [service],
  });
  return {
    ip,
    get peers() {
      return state.peers;
    },
    get allocations() {
      return state.allocations;
    },
    set allocations(allocations) {
      state.allocations = allocations;
    },
    get bytesPerSecond() {
      return state.bytesPerSecond;
    },
    set bytesPerSecond(bytesPerSecond) {
      state.bytesPerSecond = bytesPerSecond;
    },
    close: async () => {
      ended.abort();
      await server.close(0);
    },
  };
}
