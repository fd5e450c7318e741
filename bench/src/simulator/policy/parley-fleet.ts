/** The operator's fleet, each node put again when its report comes and when somebody is placed on it, as its node views do. */
import { addLoad, NO_LOAD, type Load } from '@parley/operator/core/load/load.js';
import type { Coming } from '@parley/operator/core/load/coming.js';
import type { PlacementNode } from '@parley/operator/core/placement/candidate.js';
import { createFleet, type Fleet } from '@parley/operator/core/placement/fleet.js';
import type { Cell } from '../cell.js';
import { NODE_CAPACITY } from '../fleet/node-shape.js';
import { REGIONS } from '../workload/parameters.js';

export interface OperatorFleet {
  readonly fleet: Fleet;
  /** Its report came. */
  readonly reported: (node: number) => void;
  /** Somebody was placed on it. */
  readonly placed: (node: number) => void;
  /** Anything else of it has changed. */
  readonly changed: (node: number) => void;
}

export function createOperatorFleet(cell: Cell, comingOn: (node: number) => Coming): OperatorFleet {
  const fleet = createFleet();
  const newJoins = new Int32Array(cell.fleet.people.length);
  const { names } = cell.names;

  const reportedLoad = (node: number): Load => ({
    ...NO_LOAD,
    participants: cell.fleet.reported.people(node, cell.nowMs),
    consumers: cell.fleet.reported.consumers(node, cell.nowMs),
    packetsPerSecond: cell.fleet.reported.packetsPerSecond(node, cell.nowMs),
  });
  const put = (node: number): void => {
    const name = names[node] ?? '';
    const state = stateOf(cell, node);
    if (state === undefined) {
      fleet.delete(name);
      return;
    }
    const region = REGIONS[cell.fleet.regions[node] as number]?.name ?? '';
    const { placed, expected } = comingOn(node);
    fleet.put({
      name,
      pool: region,
      region,
      grpcAddress: `${name}:7000`,
      announcedAddresses: [],
      capacity: NODE_CAPACITY,
      state,
      load: {
        current: addLoad(reportedLoad(node), placed),
        expected,
        workerCpu: cell.fleet.reported.cpu(node, cell.nowMs),
        newJoins: newJoins[node] as number,
      },
    });
  };

  cell.fleet.states.forEach((_, node) => put(node));
  return {
    fleet,
    reported: (node) => {
      newJoins[node] = 0;
      put(node);
    },
    placed: (node) => {
      newJoins[node] = (newJoins[node] as number) + 1;
      put(node);
    },
    changed: put,
  };
}

/** Undefined: it has no pod. */
function stateOf({ fleet }: Cell, node: number): PlacementNode['state'] | undefined {
  switch (fleet.states[node]) {
    case 'Serving':
    case 'Closing':
      return fleet.states[node];
    case 'Starting':
      return 'Unready';
    default:
      return undefined;
  }
}
