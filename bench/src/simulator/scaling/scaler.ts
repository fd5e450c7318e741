/** Who decides how many nodes each region has. */
import type { Cell } from '../cell.js';

export interface Scaler {
  readonly name: string;
  readonly title: string;
  /** Whether people are moved off a node that is to go; else it goes when the last of them has left. */
  readonly migrates: boolean;
  start(cell: Cell): RegionScaler;
}

export interface RegionScaler {
  /** @param current nodes that serve or start in the region. */
  desired(region: number, current: number): number;
}

/** How often one decides: the horizontal pod autoscaler's period. */
export const SCALING_PERIOD_MS = 15_000;
/** Never fewer nodes in a region. */
export const FEWEST_NODES = 2;
