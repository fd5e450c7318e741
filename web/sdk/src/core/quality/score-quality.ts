/**
 * How good a connection feels, from what getStats counted between two moments. Thresholds follow where Opus with in-band FEC and
 * layered video start to be heard and seen: 2 % and 8 % loss, 250 and 500 ms round trip (ITU-T G.114 is one way, 150 and 400 ms).
 */

export type Quality = 'good' | 'fair' | 'poor' | 'unknown';

/** Totals of one direction at one moment, as getStats counts them. */
export interface QualitySample {
  readonly atMs: number;
  readonly packets: number;
  readonly packetsLost: number;
  readonly roundTripMs?: number;
  readonly jitterMs?: number;
  /** Of all videos together, since they began. */
  readonly freezeMs?: number;
}

export interface QualityDelta {
  readonly durationMs: number;
  readonly packets: number;
  /** 0 to 1. */
  readonly lossRatio: number;
  readonly roundTripMs: number | undefined;
  readonly jitterMs: number | undefined;
  /** The share of the time in which pictures stood still, 0 to 1. */
  readonly freezeRatio: number;
}

/**
 * Counters that went back (a consumer went away) count as nothing, and so does a freeze that began long before the earlier
 * sample: that was a paused video.
 */
export function deltaOf(earlier: QualitySample, later: QualitySample): QualityDelta {
  const grown = (now: number, before: number): number => Math.max(0, now - before);
  const durationMs = grown(later.atMs, earlier.atMs);
  const packets = grown(later.packets, earlier.packets);
  const lost = grown(later.packetsLost, earlier.packetsLost);
  const frozenMs = grown(later.freezeMs ?? 0, earlier.freezeMs ?? 0);
  return {
    durationMs,
    packets,
    lossRatio: packets + lost === 0 ? 0 : lost / (packets + lost),
    roundTripMs: later.roundTripMs,
    jitterMs: later.jitterMs,
    freezeRatio: durationMs === 0 || frozenMs > 2 * durationMs ? 0 : Math.min(1, frozenMs / durationMs),
  };
}

interface Limits {
  readonly lossRatio: number;
  readonly roundTripMs: number;
  readonly jitterMs: number;
  readonly freezeRatio: number;
}

const fair: Limits = { lossRatio: 0.02, roundTripMs: 250, jitterMs: 30, freezeRatio: 0.05 };
const poor: Limits = { lossRatio: 0.08, roundTripMs: 500, jitterMs: 80, freezeRatio: 0.2 };

function beyond(delta: QualityDelta, limits: Limits): boolean {
  return (
    delta.lossRatio > limits.lossRatio ||
    (delta.roundTripMs ?? 0) > limits.roundTripMs ||
    (delta.jitterMs ?? 0) > limits.jitterMs ||
    delta.freezeRatio > limits.freezeRatio
  );
}

/** Unknown while nothing was sent or received: a muted participant's connection cannot be judged by its media. */
export function scoreQuality(delta: QualityDelta): Quality {
  if (delta.packets === 0 && delta.lossRatio === 0) return 'unknown';
  if (beyond(delta, poor)) return 'poor';
  return beyond(delta, fair) ? 'fair' : 'good';
}

const order: readonly Quality[] = ['unknown', 'good', 'fair', 'poor'];

export function worstQuality(qualities: readonly Quality[]): Quality {
  return qualities.reduce<Quality>((worst, q) => (order.indexOf(q) > order.indexOf(worst) ? q : worst), 'unknown');
}
