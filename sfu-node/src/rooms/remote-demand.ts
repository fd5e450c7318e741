import type { Demand } from '@parley/relay/core/relay/combine-demand.js';

export interface RemoteDemand {
  /** A consumer of the producer was made, or paused or resumed. */
  set(producerId: string, consumer: object, paused: boolean): void;
  remove(producerId: string, consumer: object): void;
}

/** @param tell called on every change of the sum over all consumers of a producer. */
export function createRemoteDemand(tell: (producerId: string, demand: Demand) => void): RemoteDemand {
  const consumers = new Map<string, Map<object, boolean>>();
  const told = new Map<string, Demand>();

  const settle = (producerId: string): void => {
    const demand = demandOf(consumers.get(producerId));
    if (demand === (told.get(producerId) ?? 'None')) return;
    if (demand === 'None') told.delete(producerId);
    else told.set(producerId, demand);
    tell(producerId, demand);
  };
  return {
    set(producerId, consumer, paused): void {
      const ofProducer = consumers.get(producerId) ?? new Map<object, boolean>();
      consumers.set(producerId, ofProducer.set(consumer, paused));
      settle(producerId);
    },
    remove(producerId, consumer): void {
      const ofProducer = consumers.get(producerId);
      if (ofProducer?.delete(consumer) !== true) return;
      if (ofProducer.size === 0) consumers.delete(producerId);
      settle(producerId);
    },
  };
}

function demandOf(consumers: ReadonlyMap<object, boolean> | undefined): Demand {
  if (consumers === undefined || consumers.size === 0) return 'None';
  return [...consumers.values()].includes(false) ? 'Active' : 'Paused';
}
