/** How long relays wait for what; one table, so that tests can shorten it. */
export interface RelayTiming {
  /** Each side says so often that it is there … */
  readonly pingMs: number;
  /** … and a stream that was silent for so long is broken. */
  readonly silenceMs: number;
  /** From a stream's opening to its hello. */
  readonly helloMs: number;
  /** Between two tries to connect: from, growing up to; each with jitter. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** How long a producer stays piped, paused, after its last consumer went. */
  readonly lingerMs: number;
  /** A peer whose stream has not been up for so long counts as one that can't be reached from here. */
  readonly unreachableMs: number;
  /** A peer whose stream has been down for so long … */
  readonly abandonMs: number;
  /** … and whose pipe brought nothing for so long is gone. A peer that only receives still sends a report every 5 s. */
  readonly pipeSilenceMs: number;
  /** How long what comes by one relay goes on beside the same by another: whoever receives it switches over meanwhile. */
  readonly overlapMs: number;
  /** What an earlier topology brought goes on for so long at least … */
  readonly earlierMs: number;
  /** … and, as long as it comes by no other way, at most for so long. */
  readonly earlierAtMostMs: number;
  /** How often that is looked at. */
  readonly reviewMs: number;
}

export const defaultTiming: RelayTiming = {
  pingMs: 1_000,
  silenceMs: 5_000,
  helloMs: 5_000,
  retryMinMs: 100,
  retryMaxMs: 5_000,
  lingerMs: 5_000,
  unreachableMs: 3_000,
  abandonMs: 60_000,
  pipeSilenceMs: 15_000,
  overlapMs: 4_000,
  earlierMs: 5_000,
  earlierAtMostMs: 60_000,
  reviewMs: 500,
};

/** Full jitter: many relays of a node that comes back don't come at once. */
export function retryDelayMs(attempt: number, timing: RelayTiming, random: () => number): number {
  const ceiling = Math.min(timing.retryMaxMs, timing.retryMinMs * 2 ** Math.min(attempt, 16));
  return timing.retryMinMs / 2 + random() * (ceiling - timing.retryMinMs / 2);
}
