/** Looks at the transports every two seconds and tells each participant's connection quality when it changed. */
import type { Clock } from './clock.js';
import { assessParticipants, type QualityLook } from './core/quality/assess-participants.js';
import type { Quality, QualitySample } from './core/quality/score-quality.js';
import type { InboundStats, OutboundStats } from './media/read-stats.js';

/** What the monitor looks at, at one moment. */
export interface Observation {
  readonly sent: readonly OutboundStats[];
  readonly sendRoundTripMs: number | undefined;
  /** With the participant that each comes from. */
  readonly received: readonly { readonly participantId: string; readonly stats: InboundStats }[];
}

export interface QualityMonitorPorts {
  readonly localId: string;
  readonly clock: Clock;
  /** Undefined while there are no transports. */
  observe(): Promise<Observation | undefined>;
  producerScores(): ReadonlyMap<string, number>;
  changed(qualities: ReadonlyMap<string, Quality>): void;
}

const intervalMs = 2_000;

export class QualityMonitor {
  readonly #ports: QualityMonitorPorts;
  #earlier: QualityLook | undefined;
  #last = '';
  #cancel: () => void;
  #closed = false;

  constructor(ports: QualityMonitorPorts) {
    this.#ports = ports;
    this.#cancel = ports.clock.after(intervalMs, () => void this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    // Transports that close meanwhile reject: the next look finds their successors.
    const observation = await this.#ports.observe().catch(() => undefined);
    if (this.#closed) return;
    this.#cancel = this.#ports.clock.after(intervalMs, () => void this.#look());
    const later = observation && lookOf(observation, this.#ports.clock.nowMs());
    if (later !== undefined && this.#earlier !== undefined) this.#assess(this.#earlier, later);
    this.#earlier = later;
  }

  #assess(earlier: QualityLook, later: QualityLook): void {
    const { localId } = this.#ports;
    const producerScores = this.#ports.producerScores();
    const qualities = assessParticipants({ localId, earlier, later, producerScores });
    const text = JSON.stringify([...qualities]);
    if (text === this.#last) return;
    this.#last = text;
    this.#ports.changed(qualities);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function lookOf(observation: Observation, atMs: number): QualityLook {
  const { sent, sendRoundTripMs, received } = observation;
  const byParticipant = Map.groupBy(received, ({ participantId }) => participantId);
  return {
    sent: {
      atMs,
      packets: sum(sent.map(({ packets }) => packets)),
      packetsLost: sum(sent.map(({ packetsLost }) => packetsLost)),
      ...(sendRoundTripMs === undefined ? {} : { roundTripMs: sendRoundTripMs }),
    },
    received: new Map(
      [...byParticipant].map(([id, items]): [string, QualitySample] => [
        id,
        {
          atMs,
          packets: sum(items.map(({ stats }) => stats.packets)),
          packetsLost: sum(items.map(({ stats }) => stats.packetsLost)),
          jitterMs: Math.max(0, ...items.map(({ stats }) => stats.jitterMs)),
          freezeMs: sum(items.map(({ stats }) => stats.freezeMs)),
        },
      ]),
    ),
  };
}
