import { backoffMs } from '@parley/process/backoff.js';
import { NodeService, type LoadReport } from '@parley/proto/gen/parley/v1/node_pb.js';
import { createRpcChannel, type CallOptions } from '@parley/proto/rpc-client.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { watchSilence, type SilenceWatch } from '@parley/process/silence.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import { pause, type Clock } from '../kube/clock.js';
import type { DialTurns } from './dial-turns.js';
import type { ToldTopology } from './node-directory.js';

/** The connection to one node: its load stream, dialled again for as long as the link is open, and calls. */
export interface NodeLink {
  apply(told: ToldTopology, options: CallOptions): Promise<string>;
  /** Another node does not reach it either: it is waited for no longer than one that was heard before. */
  doubt(): void;
  close(): Promise<void>;
}

export interface NodeLinkDeps {
  readonly address: string;
  readonly credentials: RpcCredentials;
  /** For the first time; a connection that breaks is dialled again at once. */
  readonly turns: DialTurns;
  /** Of this leadership: the node takes nothing from earlier ones any more. */
  readonly term: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly onReport: (report: LoadReport, isFirstOfStream: boolean) => void;
  /** It fell silent, or its stream broke and could not be opened again at once. */
  readonly onLost: () => void;
}

const REPORT_INTERVAL_MS = 500;
export const SILENCE_MS = 1_500;
/** The leader before heard it most likely, and both ends have much to do while a new one begins: to give a node up moves its meetings. */
const FIRST_SILENCE_MS = 8_000;
const STREAM_IDLE_MS = 10 * SILENCE_MS;
const REDIAL_MS = 50;
const BACKOFF = { firstMs: 100, lastMs: 2_000 };

export function createNodeLink(deps: NodeLinkDeps): NodeLink {
  const { clock, log } = deps;
  const channel = createRpcChannel({ address: deps.address, role: 'node', credentials: deps.credentials });
  const client = channel.client(NodeService);
  const closing = new AbortController();
  let wasHeard = false;
  let isDoubted = false;
  let listening: SilenceWatch | undefined;
  const request = { intervalMs: REPORT_INTERVAL_MS, leaderTerm: deps.term };

  const isClosed = (): boolean => closing.signal.aborted;
  /** @returns whether anything was heard. */
  const readStream = async (onHeard: () => void): Promise<boolean> => {
    let heard = false;
    const silence = watchSilence(clock, SILENCE_MS, wasHeard || isDoubted ? SILENCE_MS : FIRST_SILENCE_MS);
    listening = silence;
    try {
      const signal = AbortSignal.any([closing.signal, silence.signal]);
      // Silence is measured here: a timer alone would take our own stall for the node's.
      const reports = client.watchLoad(request, { idleTimeoutMs: STREAM_IDLE_MS, signal });
      for await (const report of reports) {
        silence.heard();
        deps.onReport(report, !heard);
        if (!heard) onHeard();
        heard = true;
        wasHeard = true;
      }
      log.info('a load stream was ended by its node');
    } catch (thrown) {
      if (closing.signal.aborted) return heard;
      const error = RpcError.from(thrown);
      if (heard) log.warn({ err: error, code: error.code }, 'a load stream has broken');
      else log.debug({ err: error, code: error.code }, 'a load stream could not be opened');
      if (silence.signal.aborted) deps.onLost();
    } finally {
      silence.close();
    }
    return heard;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!closing.signal.aborted) {
      const endTurn = wasHeard ? (): void => undefined : await deps.turns.take(closing.signal);
      const heard = await readStream(endTurn);
      endTurn();
      // Whoever has its name now is another.
      if (isClosed()) return;
      if (heard) {
        // A stream may break while its node is well: dial once more before giving it up.
        failures = 0;
        await pause(clock, REDIAL_MS, closing.signal);
        continue;
      }
      deps.onLost();
      await pause(clock, backoffMs(BACKOFF, failures, deps.random()), closing.signal);
      failures += 1;
    }
  };
  const running = run();

  return {
    apply: async (told, options) =>
      (await client.applyTopology({ ...told, leaderTerm: deps.term }, options)).instanceId,
    doubt: () => {
      isDoubted = true;
      listening?.hurry();
    },
    close: async () => {
      closing.abort();
      channel.close();
      await running;
    },
  };
}
