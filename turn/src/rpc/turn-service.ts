import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TurnService, WatchTurnLoadResponseSchema } from '@parley/proto/gen/parley/v1/turn_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcHandlers } from '@parley/proto/rpc-server.js';
import type { CoturnLoad } from '../core/coturn-book.js';
import type { Peers } from '../peers-file.js';

export interface TurnServiceDeps {
  readonly instanceId: string;
  readonly load: () => CoturnLoad;
  readonly peersVersion: () => string;
  readonly setPeers: (peers: Peers) => Promise<void>;
}

const intervalMs = { min: 200, max: 5_000 };
const maxPeers = 10_000;

export function createTurnService(deps: TurnServiceDeps): RpcHandlers<typeof TurnService> {
  return {
    watchTurnLoad: (request, { signal }) => {
      if (request.intervalMs < intervalMs.min || request.intervalMs > intervalMs.max)
        throw new RpcError(
          'INVALID_ARGUMENT',
          `interval_ms must be ${String(intervalMs.min)} to ${String(intervalMs.max)}`,
        );
      return reports(deps, request.intervalMs, signal);
    },
    setPeers: async ({ version, addresses }) => {
      if (addresses.length > maxPeers)
        throw new RpcError('INVALID_ARGUMENT', `addresses must be at most ${String(maxPeers)}`);
      const wrong = addresses.find((address) => isIP(address) === 0);
      if (wrong !== undefined) throw new RpcError('INVALID_ARGUMENT', `${wrong} is not an address`);
      await deps.setPeers({ version, addresses });
      return {};
    },
  };
}

async function* reports(
  { instanceId, load, peersVersion }: TurnServiceDeps,
  everyMs: number,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof WatchTurnLoadResponseSchema>> {
  while (!signal.aborted) {
    yield { ...load(), instanceId, peersVersion: peersVersion() };
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
