/** What a host takes, from what forwarding costs on it; docs/capacity-planning.md explains the numbers. */
export interface ForwardingCost {
  /** CPU of a media worker, user and system, over the measurement. */
  readonly cpuMs: number;
  /** Received and sent. */
  readonly packets: number;
}

export interface HostCapacity {
  readonly participants: number;
  readonly consumers: number;
  readonly packetsPerSecond: number;
}

/** Beyond it mediasoup's workers begin to lose time: the rest is for key frames, joins and what reports lag behind. */
const usedPart = 0.8;
/** A person in a meeting of ten makes a node handle so many packets and streams (operator/src/core/load/meeting-load.ts). */
const packetsPerPerson = 763;
const consumersPerPerson = 18;

/** @returns whole numbers, of all workers together. */
export function capacityOfHost({ cpuMs, packets }: ForwardingCost, workers: number): HostCapacity {
  const packetsPerWorker = (usedPart * 1_000 * packets) / cpuMs;
  const packetsPerSecond = roundDown(packetsPerWorker * workers);
  const participants = Math.max(1, Math.floor(packetsPerSecond / packetsPerPerson));
  return { participants, consumers: participants * consumersPerPerson, packetsPerSecond };
}

/** To two digits: more would not come out again. */
function roundDown(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.floor(value / step) * step;
}
