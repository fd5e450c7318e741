/**
 * One load model for nodes and meetings: what a node reports, what a meeting will add to it, and what a node takes are the same
 * quantities, so that they can be added and compared. docs/capacity-planning.md explains them.
 */
export interface Load {
  readonly participants: number;
  /** Streams that participants send. They have no limit of their own: what they cost is their packets. */
  readonly producers: number;
  /** Streams that participants receive. */
  readonly consumers: number;
  /** Received and sent. */
  readonly packetsPerSecond: number;
  /** Sent: what a host's network runs out of first. */
  readonly bytesPerSecond: number;
}

/** What one node takes. */
export interface NodeCapacity {
  readonly participants: number;
  readonly consumers: number;
  readonly packetsPerSecond: number;
  /** Infinity: not known, and no limit. */
  readonly bytesPerSecond: number;
}

export const NO_LOAD: Load = { participants: 0, producers: 0, consumers: 0, packetsPerSecond: 0, bytesPerSecond: 0 };

export function addLoad(a: Load, b: Load): Load {
  return {
    participants: a.participants + b.participants,
    producers: a.producers + b.producers,
    consumers: a.consumers + b.consumers,
    packetsPerSecond: a.packetsPerSecond + b.packetsPerSecond,
    bytesPerSecond: a.bytesPerSecond + b.bytesPerSecond,
  };
}

/** As many people, whose streams cost so much more or less. */
export function scaleCost(load: Load, scale: number): Load {
  return {
    participants: load.participants,
    producers: load.producers,
    consumers: load.consumers * scale,
    packetsPerSecond: load.packetsPerSecond * scale,
    bytesPerSecond: load.bytesPerSecond * scale,
  };
}

/** What comes on top of `before`; nothing is below 0. */
export function loadBeyond(after: Load, before: Load): Load {
  return {
    participants: Math.max(0, after.participants - before.participants),
    producers: Math.max(0, after.producers - before.producers),
    consumers: Math.max(0, after.consumers - before.consumers),
    packetsPerSecond: Math.max(0, after.packetsPerSecond - before.packetsPerSecond),
    bytesPerSecond: Math.max(0, after.bytesPerSecond - before.bytesPerSecond),
  };
}

/** 0 to above 1: how much of the capacity a load is, by its scarcest part. */
export function partOf(capacity: NodeCapacity, load: Load): number {
  return Math.max(
    load.participants / capacity.participants,
    load.consumers / capacity.consumers,
    load.packetsPerSecond / capacity.packetsPerSecond,
    load.bytesPerSecond / capacity.bytesPerSecond,
  );
}

/** Measured on fewer packets, a cost says little. */
const FEWEST_PACKETS = 5_000;
const [CHEAPEST, DEAREST] = [0.4, 1.5];

/** What people cost, by what nodes report of them and what was foreseen; 1 while that isn't known. */
export function costScaleOf(reported: Load, foreseen: Load): number {
  if (foreseen.packetsPerSecond < FEWEST_PACKETS) return 1;
  return Math.min(DEAREST, Math.max(CHEAPEST, reported.packetsPerSecond / foreseen.packetsPerSecond));
}
