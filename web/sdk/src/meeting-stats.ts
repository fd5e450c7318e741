import type { MediaTransports } from './media/media-transports.js';
import { readStats, type ConnectionPath, type InboundStats, type OutboundStats } from './media/read-stats.js';
import type { Reception } from './media/subscriber.js';

export interface ReceivedStats extends InboundStats {
  readonly producerId: string;
  readonly participantId: string;
  readonly source: string;
}

/** One look at everything that is sent and received, from the browser's getStats. */
export interface MeetingStats {
  /** The node that serves this participant. */
  readonly node: string;
  readonly received: readonly ReceivedStats[];
  readonly receiveRoundTripMs: number | undefined;
  readonly receivePath: ConnectionPath | undefined;
  /** One entry for each simulcast layer. */
  readonly sent: readonly OutboundStats[];
  readonly sendRoundTripMs: number | undefined;
  readonly sendPath: ConnectionPath | undefined;
}

export async function gatherStats(
  node: string,
  transports: MediaTransports,
  receptions: readonly Reception[],
): Promise<MeetingStats> {
  const [receive, send] = await Promise.all([transports.receive.getStats(), transports.send.getStats()]);
  const inbound = readStats(receive);
  const outbound = readStats(send);
  const byTrack = new Map(
    receptions.flatMap((reception) => {
      const { consumer } = reception;
      return 'track' in consumer ? [[consumer.track.id, reception] as const] : [];
    }),
  );
  return {
    node,
    received: inbound.inbound.flatMap((stats) => {
      const reception = byTrack.get(stats.trackId);
      if (reception === undefined) return [];
      const { participantId, options } = reception;
      const { producerId, source } = options;
      return [{ ...stats, producerId, participantId, source }];
    }),
    receiveRoundTripMs: inbound.roundTripMs,
    receivePath: inbound.path,
    sent: outbound.outbound,
    sendRoundTripMs: outbound.roundTripMs,
    sendPath: outbound.path,
  };
}
