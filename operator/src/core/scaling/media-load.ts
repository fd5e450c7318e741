import type { NodeCapacity } from '../load/load.js';
import { addPoolLoad, NO_POOL_LOAD, nodesFor, withHeadroom, type PoolLoad } from './pool-load.js';
import { count, type Scaling, type Signal } from './signal.js';

/** A node that is up, and what it carries: who is there and who was sent there. Undefined: it does not answer. */
export type NodeLoadFacts = PoolLoad | undefined;

export interface LoadInput {
  readonly spec: Pick<Scaling, 'headroom' | 'targetUtilizationPercent'>;
  readonly capacity: NodeCapacity;
  readonly nodes: readonly NodeLoadFacts[];
}

export function mediaLoadSignal(input: LoadInput): Signal {
  const { load, busiestWorkers } = carriedLoad(input);
  const silent = input.nodes.filter((node) => node === undefined).length;
  const people = count(load.participants, 'participant');
  const streams = count(load.consumers, 'stream');
  const cpu = `busiest workers ${(busiestWorkers * 100).toFixed(0)} %`;
  return {
    name: 'MediaLoad',
    wish: nodesForLoad(input, NO_POOL_LOAD),
    reason: silent === 0 ? 'LoadMeasured' : 'LoadPartlyKnown',
    detail: `${people}, ${streams}, ${cpu}${silent === 0 ? '' : `; ${count(silent, 'node')} silent`}`,
  };
}

/** For the load that there is, headroom, and more that is known to come. Who is on a silent node may need all of another. */
export function nodesForLoad(input: LoadInput, coming: PoolLoad): number {
  const { spec, capacity, nodes } = input;
  const silent = nodes.filter((node) => node === undefined).length;
  const load = addPoolLoad(withHeadroom(carriedLoad(input), spec.headroom), coming);
  return silent + nodesFor(load, capacity, spec.targetUtilizationPercent);
}

function carriedLoad({ nodes }: LoadInput): PoolLoad {
  return nodes.reduce<PoolLoad>((sum, node) => (node === undefined ? sum : addPoolLoad(sum, node)), NO_POOL_LOAD);
}
