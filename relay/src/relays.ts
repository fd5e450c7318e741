/** Relays of a node: one connection a peer, the service that peers dial, and what each room gets. */
import type { Logger } from '@parley/process/log.js';
import type { RelayService } from '@parley/proto/gen/parley/v1/relay_pb.js';
import type { RpcHandlers } from '@parley/proto/rpc-server.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Registry } from 'prom-client';
import { createMediaJson } from './media/media-json.js';
import { createPeerChannels } from './peer-channels.js';
import { PipeMedia } from './pipe-media.js';
import { createRelayMetrics, type RelayCounts } from './relay-metrics.js';
import type { CreateRoomRelays } from './relay-port.js';
import { createRelayService } from './relay-service.js';
import { defaultTiming, type RelayTiming } from './relay-timing.js';
import { MeetingRelays } from './room-relays.js';

export interface RelaysOptions {
  readonly config: {
    readonly nodeName: string;
    readonly podIp: string;
    /** UDP ports that pipes may take. */
    readonly relayPortMin: number;
    readonly relayPortMax: number;
  };
  readonly instanceId: string;
  readonly credentials: RpcCredentials;
  readonly registry: Registry;
  readonly log: Logger;
  readonly timing?: Partial<RelayTiming>;
}

export interface Relays {
  readonly createRoomRelays: CreateRoomRelays;
  readonly handlers: RpcHandlers<typeof RelayService>;
  close(): Promise<void>;
}

const maxJsonBytes = 64 * 1024;

export function createRelays(options: RelaysOptions): Relays {
  const { config, instanceId, log } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const meetings = new Map<string, MeetingRelays>();
  const channels = createPeerChannels(options.credentials);
  const metrics = createRelayMetrics(options.registry, () => countRelays(meetings.values()));
  const listen = { ip: config.podIp, portMin: config.relayPortMin, portMax: config.relayPortMax };
  const mediaJson = createMediaJson(maxJsonBytes);
  return {
    createRoomRelays(room) {
      const relays = new MeetingRelays(room, {
        nodeName: config.nodeName,
        instanceId,
        channels,
        createMedia: (media) => new PipeMedia({ ...media, listen, mediaJson }),
        timing,
        metrics,
        log,
        onClosed: () => {
          if (meetings.get(room.meetingId) === relays) meetings.delete(room.meetingId);
        },
      });
      meetings.set(room.meetingId, relays);
      return relays;
    },
    handlers: createRelayService({
      find: (hello) => {
        const runner = meetings.get(hello.meetingId)?.relayFor(hello);
        if (runner === undefined) metrics.helloRefused('NoRelay');
        return runner;
      },
      helloMs: timing.helloMs,
    }),
    close(): Promise<void> {
      for (const relays of [...meetings.values()]) relays.close();
      return Promise.resolve();
    },
  };
}

function countRelays(meetings: Iterable<MeetingRelays>): RelayCounts {
  const none = { up: 0, down: 0 };
  const counts = { nodes: { ...none }, recorders: { ...none }, leaving: 0, pipes: 0, outgoing: 0, incoming: 0 };
  for (const { runners, leaving } of meetings) {
    counts.leaving += leaving;
    for (const { up, plan, media } of runners) {
      counts[plan.peer.relation === 'Tap' ? 'recorders' : 'nodes'][up ? 'up' : 'down'] += 1;
      counts.pipes += media.counts.pipes;
      counts.outgoing += media.counts.outgoing;
      counts.incoming += media.counts.incoming;
    }
  }
  return counts;
}
