/** What a signaling replica does of the operator: it follows all topologies, and asks for places. */
import { randomUUID } from 'node:crypto';
import { pause } from '@parley/e2e/deadline.js';
import { PlacementService } from '@parley/proto/gen/parley/v1/placement_pb.js';
import { MeetingState } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcCredentials } from '@parley/proto/tls.js';

export interface Follower {
  /** By meeting id: where the operator says that it is. */
  readonly placements: ReadonlyMap<string, string>;
  /** One more person for a meeting. */
  place(meetingId: string): Promise<PlaceOutcome>;
  /** Resolves when an operator that was not followed before has told everything. */
  syncedAgain(): Promise<void>;
  close(): void;
}

/** Refused: answered, and there is no room now. Failed: no answer in time. */
export type PlaceOutcome = 'Placed' | 'Refused' | 'Failed';

const redialMs = 50;
const deadlineMs = 5_000;

export function startFollower(address: string, credentials: RpcCredentials): Follower {
  const channel = createRpcChannel({ address, role: 'operator', credentials });
  const client = channel.client(PlacementService);
  const closing = new AbortController();
  let placements = new Map<string, string>();
  let waiting: (() => void)[] = [];

  const follow = async (): Promise<void> => {
    const next = new Map<string, string>();
    const events = client.watchTopologies({}, { idleTimeoutMs: deadlineMs, signal: closing.signal });
    for await (const { topology, removed, synced } of events) {
      if (topology !== undefined) {
        if (removed || topology.state === MeetingState.ENDED) next.delete(topology.meetingId);
        else next.set(topology.meetingId, topology.placements.map(({ node }) => node).join());
      }
      if (!synced) continue;
      placements = next;
      for (const resolve of waiting) resolve();
      waiting = [];
    }
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await follow().catch(() => undefined);
      await pause(redialMs);
    }
  };
  void run();

  return {
    get placements() {
      return placements;
    },
    place: async (meetingId) => {
      try {
        await client.place({ meetingId, participantIds: [randomUUID()] }, { deadlineMs });
        return 'Placed';
      } catch (error) {
        // It may end while its people come.
        if (error instanceof RpcError && error.code === 'NOT_FOUND') return 'Placed';
        return error instanceof RpcError && error.code === 'RESOURCE_EXHAUSTED' ? 'Refused' : 'Failed';
      }
    },
    syncedAgain: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => {
      closing.abort();
      channel.close();
    },
  };
}
