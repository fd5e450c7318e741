/** What a pool's nodes carry together, and how many nodes that needs. */
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import { addLoad, NO_LOAD, partOf, scaleCost, type Load, type NodeCapacity } from '../load/load.js';
import { loadOfShare } from '../load/meeting-load.js';

export interface PoolLoad {
  readonly load: Load;
  /** Sum of what each node's busiest worker uses of its core. */
  readonly busiestWorkers: number;
}

export type Headroom = NonNullable<SFUPoolSpec['scaling']>['headroom'];

export const NO_POOL_LOAD: PoolLoad = { load: NO_LOAD, busiestWorkers: 0 };

export function addPoolLoad(a: PoolLoad, b: PoolLoad): PoolLoad {
  return { load: addLoad(a.load, b.load), busiestWorkers: a.busiestWorkers + b.busiestWorkers };
}

/** What so many people of one meeting will bring, all on one node, if they cost as much as others. Their CPU is known once they are there. */
export function loadOfPeople(participants: number, costScale: number): PoolLoad {
  return { load: scaleCost(loadOfShare({ local: participants, total: participants }), costScale), busiestWorkers: 0 };
}

/** Further people are taken to be as those who are there. */
export function withHeadroom(
  { load, busiestWorkers }: PoolLoad,
  { participants = 0, percent = 0 }: Headroom,
): PoolLoad {
  if (load.participants === 0) return { load: { ...load, participants }, busiestWorkers };
  const factor = 1 + percent / 100 + participants / load.participants;
  return {
    load: {
      participants: load.participants * factor,
      producers: load.producers * factor,
      consumers: load.consumers * factor,
      packetsPerSecond: load.packetsPerSecond * factor,
      bytesPerSecond: load.bytesPerSecond * factor,
    },
    busiestWorkers: busiestWorkers * factor,
  };
}

/** Nodes that carry the load with so much of their capacity, by the scarcest of people, streams, packets, bytes and CPU. */
export function nodesFor(
  { load, busiestWorkers }: PoolLoad,
  capacity: NodeCapacity,
  targetUtilizationPercent: number,
): number {
  const full = Math.max(partOf(capacity, load), busiestWorkers);
  // Rounded, as 0.8 × 5 nodes must not come out as a little more than 4.
  return Math.ceil(Number(((full * 100) / targetUtilizationPercent).toFixed(6)));
}
