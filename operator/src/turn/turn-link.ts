/** The connection to one TURN server's agent: its load, and the peers that it is to allow. */
import { backoffMs } from '@parley/process/backoff.js';
import { TurnService, type WatchTurnLoadResponse } from '@parley/proto/gen/parley/v1/turn_pb.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import { pause, type Clock } from '../kube/clock.js';
import type { TurnPeers } from '../core/turn/turn-peers.js';

export interface TurnLink {
  /** Tells the agent at once, if it is there; it is told again whenever it says that it has others. */
  peersChanged(): void;
  close(): Promise<void>;
}

export interface TurnLinkDeps {
  readonly address: string;
  readonly credentials: RpcCredentials;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly peers: () => TurnPeers;
  readonly onReport: (report: WatchTurnLoadResponse) => void;
  readonly onLost: () => void;
}

const REPORT_INTERVAL_MS = 2_000;
const SILENCE_MS = 10_000;
const SET_PEERS_DEADLINE_MS = 5_000;
const BACKOFF = { firstMs: 200, lastMs: 5_000 };

export function createTurnLink(deps: TurnLinkDeps): TurnLink {
  const { clock, log } = deps;
  const channel = createRpcChannel({ address: deps.address, role: 'turn', credentials: deps.credentials });
  const client = channel.client(TurnService);
  const closing = new AbortController();
  let live = false;
  let telling: Promise<void> | undefined;
  /** What the agent has, as it said last. */
  let told: string | undefined;

  const tell = async (): Promise<void> => {
    const { version, addresses } = deps.peers();
    try {
      const options = { deadlineMs: SET_PEERS_DEADLINE_MS, signal: closing.signal };
      await client.setPeers({ version, addresses: [...addresses] }, options);
      told = version;
    } catch (error) {
      if (!closing.signal.aborted) log.warn({ err: error }, 'a TURN server could not be told its peers');
    }
  };
  const tellIfStale = (): void => {
    if (!live || telling !== undefined || told === deps.peers().version) return;
    telling = tell().finally(() => {
      telling = undefined;
    });
  };
  /** @returns whether anything was heard. */
  const readStream = async (): Promise<boolean> => {
    try {
      const options = { idleTimeoutMs: SILENCE_MS, signal: closing.signal };
      for await (const report of client.watchTurnLoad({ intervalMs: REPORT_INTERVAL_MS }, options)) {
        live = true;
        told = report.peersVersion;
        deps.onReport(report);
        tellIfStale();
      }
    } catch (thrown) {
      if (!closing.signal.aborted)
        log.debug(
          { err: RpcError.from(thrown) },
          'the load stream of a TURN server has broken, or could not be opened',
        );
    }
    return live;
  };
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!closing.signal.aborted) {
      failures = (await readStream()) ? 0 : failures + 1;
      live = false;
      deps.onLost();
      await pause(clock, backoffMs(BACKOFF, failures, deps.random()), closing.signal);
    }
  };
  const running = run();

  return {
    peersChanged: tellIfStale,
    close: async () => {
      closing.abort();
      channel.close();
      await running;
      await telling;
    },
  };
}
