import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { helloRefusals, type HelloRefusal } from './core/relay/judge-hello.js';

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

export interface UpAndDown {
  readonly up: number;
  readonly down: number;
}

export interface RelayCounts {
  /** To nodes, and to recorders, by whether their control stream is up. */
  readonly nodes: UpAndDown;
  readonly recorders: UpAndDown;
  /** Of them, those that the topology has no more: they go when what they bring comes by others. */
  readonly leaving: number;
  readonly pipes: number;
  readonly outgoing: number;
  readonly incoming: number;
}

export interface RelayMetrics {
  streamEnded(reason: EndReason): void;
  helloRefused(reason: HelloRefusal | 'NoRelay'): void;
  peerAbandoned(): void;
  /** A producer comes by another relay, while it still came by the one before. */
  switched(seconds: number): void;
}

/** @param counts read on each scrape. */
export function createRelayMetrics(registry: Registry, counts: () => RelayCounts): RelayMetrics {
  const registers = [registry];
  new Gauge({
    name: 'parley_relays',
    help: 'Relays of this node, by whether their control stream is up, and by what is at the other end: a node, or a recorder, which may still be starting.',
    labelNames: ['stream', 'peer'],
    registers,
    collect(): void {
      const { nodes, recorders } = counts();
      for (const [peer, { up, down }] of Object.entries({ node: nodes, recorder: recorders })) {
        this.set({ stream: 'up', peer }, up);
        this.set({ stream: 'down', peer }, down);
      }
    },
  });
  new Gauge({
    name: 'parley_relays_leaving',
    help: 'Of them, those that the newest topology has no more. They go when what they bring comes by others.',
    registers,
    collect(): void {
      this.set(counts().leaving);
    },
  });
  const switches = new Histogram({
    name: 'parley_relay_switch_seconds',
    help: 'From a change of a topology until a producer that is consumed here came by its new path; the old one still stood.',
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
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
    switched: (seconds) => switches.observe(seconds),
  };
}
