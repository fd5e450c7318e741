/** What every room of a node shares. */
import type { Logger } from '@parley/process/log.js';
import type { CreateRoomRelays } from '@parley/relay/relay-port.js';
import type { MediaJson } from '@parley/relay/media/media-json.js';
import type { NodeLimits } from '../config.js';
import type { RoomMetrics } from '../metrics/room-metrics.js';
import type { WorkerPool } from '../workers/worker-pool.js';
import type { NodeUsage } from './node-usage.js';

export interface RoomServices {
  readonly nodeName: string;
  /** What clients are told to reach when a placement announces nothing; empty: what is listened on. */
  readonly ownAddresses: readonly string[];
  readonly limits: NodeLimits;
  readonly usage: NodeUsage;
  readonly pool: WorkerPool;
  readonly mediaJson: MediaJson;
  /** The same of every router; known before a room has one. */
  readonly routerRtpCapabilitiesJson: string;
  readonly metrics: Pick<RoomMetrics, 'refused' | 'queueOverflowed' | 'mediaRebuilt'>;
  readonly createRelays: CreateRoomRelays;
  /** Wall-clock time, in milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly log: Logger;
}
