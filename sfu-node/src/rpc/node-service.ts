/** Node: what the operator asks. Load streams from memory only; nothing here waits for media. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { DescribeResponseSchema, NodeService } from '@parley/proto/gen/parley/v1/node_pb.js';
import type { RpcHandlers } from '@parley/proto/rpc-server.js';
import type { LoadReporter } from '../load/load-reporter.js';
import type { RoomRegistry } from '../rooms/room-registry.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { checkCount, checkIds, checkLength } from './check-request.js';

export interface NodeServiceDeps {
  readonly description: MessageInitShape<typeof DescribeResponseSchema> & { readonly instanceId: string };
  readonly registry: RoomRegistry;
  readonly reporter: LoadReporter;
}

const maxPlacements = 1_000;
const maxFingerprint = 100;
const intervalMs = { min: 200, max: 5_000 };

export function createNodeService({
  description,
  registry,
  reporter,
}: NodeServiceDeps): RpcHandlers<typeof NodeService> {
  return {
    describe: () => Promise.resolve(description),

    watchLoad(request, { signal }) {
      if (request.intervalMs < intervalMs.min || request.intervalMs > intervalMs.max) {
        throw new RpcError('INVALID_ARGUMENT', `interval_ms must be ${intervalMs.min} to ${intervalMs.max}`);
      }
      registry.hearLeader(request.leaderTerm);
      return reporter.watch(request.intervalMs, signal);
    },

    applyTopology({ topology, leaderTerm, fingerprint }) {
      if (topology === undefined) throw new RpcError('INVALID_ARGUMENT', 'topology is missing');
      checkIds({ 'topology.meeting_id': topology.meetingId });
      checkCount('topology.placements', topology.placements, maxPlacements);
      checkCount('topology.relays', topology.relays, maxPlacements);
      checkLength('fingerprint', fingerprint, maxFingerprint);
      registry.apply(topology, { leaderTerm, fingerprint });
      return Promise.resolve({ instanceId: description.instanceId });
    },
  };
}
