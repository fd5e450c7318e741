/** Brings each region to the number of nodes that is desired: nodes start, close, and go when nobody is on them. */
import type { Cell } from '../cell.js';
import type { NodeState } from '../fleet/fleet.js';
import { START_UP_MS } from '../fleet/node-shape.js';
import type { RegionScaler } from './scaler.js';

export interface Control {
  readonly cell: Cell;
  readonly scaler: RegionScaler;
  /** Nodes that start, and when they will serve. */
  readonly starting: Map<number, number>;
  readonly nodeChanged: (node: number) => void;
}

export function scaleRegions(control: Control): void {
  control.cell.fleet.serving.forEach((_, region) => scaleRegion(control, region));
}

function scaleRegion({ cell, scaler, starting, nodeChanged }: Control, region: number): void {
  const { fleet, nowMs } = cell;
  const inState = (wanted: NodeState): number[] =>
    fleet.states.flatMap((state, node) => (state === wanted && fleet.regions[node] === region ? [node] : []));
  const set = (node: number, state: NodeState): void => {
    fleet.setState(node, state);
    if (state === 'Starting') starting.set(node, nowMs + START_UP_MS);
    else starting.delete(node);
    nodeChanged(node);
  };
  for (const node of inState('Closing')) if (fleet.people[node] === 0) set(node, 'Absent');
  const current = inState('Serving').length + inState('Starting').length;
  const missing = scaler.desired(region, current) - current;
  if (missing > 0) {
    // One that was to go and still serves people is there at once.
    const reopened = inState('Closing').slice(0, missing);
    for (const node of reopened) set(node, 'Serving');
    for (const node of inState('Absent').slice(0, missing - reopened.length)) set(node, 'Starting');
    return;
  }
  const emptiest = inState('Serving').toSorted((a, b) => (fleet.people[a] as number) - (fleet.people[b] as number));
  for (const node of [...inState('Starting'), ...emptiest].slice(0, -missing)) {
    set(node, fleet.states[node] === 'Starting' ? 'Absent' : 'Closing');
  }
}
