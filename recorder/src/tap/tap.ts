/** A recorder's part in a meeting: what the operator's topologies say of it, done. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@parley/process/log.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Fence } from '@parley/relay/core/topology/compare-fence.js';
import { createMediaWorker } from '@parley/relay/media/create-media-worker.js';
import type { RelayTiming } from '@parley/relay/relay-timing.js';
import { createRelays } from '@parley/relay/relays.js';
import type { types } from 'mediasoup';
import type { Registry } from 'prom-client';
import type { LayerWish } from '../core/tap/choose-layer.js';
import { decideTopology } from '../core/tap/decide-topology.js';
import { Attendance } from './attendance.js';
import { TapMedia } from './tap-media.js';
import type { TapControl, TapListener } from './tap-port.js';

export interface TapOptions {
  readonly meetingId: string;
  /** The recorder's name, as topologies and its certificate have it. */
  readonly recorder: string;
  /** Where media comes in: an address that nodes reach, and UDP ports. */
  readonly podIp: string;
  readonly relayPorts: { readonly first: number; readonly last: number };
  readonly credentials: RpcCredentials;
  readonly listener: TapListener;
  readonly layers: LayerWish;
  readonly registry: Registry;
  readonly log: Logger;
  readonly createWorker?: () => Promise<types.Worker>;
  readonly timing?: Partial<RelayTiming>;
}

export interface Tap extends TapControl {
  /** Each that the operator tells; of another meeting, or older than what was told, none. */
  applyTopology(topology: Topology): void;
  /** As if everybody had left; nothing is told afterwards. */
  close(): Promise<void>;
}

/** @throws Error when the media worker does not start. */
export async function startTap(options: TapOptions): Promise<Tap> {
  const { meetingId, recorder, podIp, relayPorts, credentials, listener, layers, registry, log, timing = {} } = options;
  const relays = createRelays({
    config: { nodeName: recorder, podIp, relayPortMin: relayPorts.first, relayPortMax: relayPorts.last },
    instanceId: randomUUID(),
    credentials,
    registry,
    log,
    timing,
  });
  let held: Fence | undefined;
  let attendance: Attendance | undefined;
  const media = await TapMedia.start({
    createWorker: options.createWorker ?? createMediaWorker,
    onLost: () => attendance?.mediaReset(),
    log,
  });
  const leave = (): void => {
    attendance?.close();
    attendance = undefined;
  };
  return {
    applyTopology(topology): void {
      if (topology.meetingId !== meetingId) return;
      const decision = decideTopology(topology, held, recorder);
      if (decision === 'Ignore') return;
      held = { term: topology.term, epoch: topology.epoch };
      log.info({ ...held, decision }, 'a topology was told');
      if (decision === 'Leave') {
        leave();
        return;
      }
      attendance ??= new Attendance({
        meetingId,
        media,
        createRelays: relays.createRoomRelays,
        listener,
        layers,
        log,
      });
      attendance.applyTopology(topology);
    },
    requestKeyFrame: (trackId) => attendance?.requestKeyFrame(trackId),
    async close(): Promise<void> {
      leave();
      await relays.close();
      media.close();
    },
  };
}
