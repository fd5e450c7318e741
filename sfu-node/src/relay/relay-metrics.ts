import { Counter, Gauge, type Registry } from 'prom-client';
import { helloRefusals, type HelloRefusal } from '../core/relay/judge-hello.js';

export const endReasons = [
  'Closed',
  'Silent',
  'Overflow',
  'Replaced',
  'Refused',
  'Unreachable',
  'TopologyChanged',
] as const;
/** Why a stream of a relay ended. */
export type EndReason = (typeof endReasons)[number];

export interface RelayCounts {
  readonly up: number;
  readonly down: number;
  readonly pipes: number;
  readonly outgoing: number;
  readonly incoming: number;
}

export interface RelayMetrics {
  streamEnded(reason: EndReason): void;
  helloRefused(reason: HelloRefusal | 'NoRelay'): void;
  peerAbandoned(): void;
}

/** @param counts read on each scrape. */
export function createRelayMetrics(registry: Registry, counts: () => RelayCounts): RelayMetrics {
  const registers = [registry];
  new Gauge({
    name: 'parley_relays',
    help: 'Relays of this node, by whether their control stream is up.',
    labelNames: ['stream'],
    registers,
    collect(): void {
      const { up, down } = counts();
      this.set({ stream: 'up' }, up);
      this.set({ stream: 'down' }, down);
    },
  });
  new Gauge({
    name: 'parley_relay_pipes',
    help: 'PipeTransports that are open to other nodes.',
    registers,
    collect(): void {
      this.set(counts().pipes);
    },
  });
  new Gauge({
    name: 'parley_relay_piped_producers',
    help: 'Producers that cross relays, by direction as seen from this node; paused ones included.',
    labelNames: ['direction'],
    registers,
    collect(): void {
      const { outgoing, incoming } = counts();
      this.set({ direction: 'out' }, outgoing);
      this.set({ direction: 'in' }, incoming);
    },
  });
  const ends = new Counter({
    name: 'parley_relay_streams_ended_total',
    help: 'Control streams of relays that ended or could not be opened, by reason; each is tried again while its relay stands.',
    labelNames: ['reason'],
    registers,
  });
  const refusals = new Counter({
    name: 'parley_relay_hellos_refused_total',
    help: 'Peers that were not let in, by reason. StaleEpoch and NoRelay pass while a new topology spreads.',
    labelNames: ['reason'],
    registers,
  });
  const abandoned = new Counter({
    name: 'parley_relay_peers_abandoned_total',
    help: 'Peers that were silent on stream and pipe for so long that their participants were taken out.',
    registers,
  });
  for (const reason of endReasons) ends.inc({ reason }, 0);
  for (const reason of [...helloRefusals, 'NoRelay']) refusals.inc({ reason }, 0);
  return {
    streamEnded: (reason) => ends.inc({ reason }),
    helloRefused: (reason) => refusals.inc({ reason }),
    peerAbandoned: () => abandoned.inc(),
  };
}
