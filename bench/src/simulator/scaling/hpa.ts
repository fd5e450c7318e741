/**
 * Kubernetes' horizontal pod autoscaler on CPU, with its defaults: desired = ceil(current × CPU / target) unless within a tolerance of
 * 10 %; up by the double or 4 pods each 15 s; down to the largest wish of the last 5 minutes. The target is that of LiveKit's chart.
 */
import type { Cell } from '../cell.js';
import { FEWEST_NODES, type Scaler } from './scaler.js';

const TARGET_CPU = 0.6;
const TOLERANCE = 0.1;
const STABILIZATION_MS = 300_000;
const FEWEST_STEP = 4;

export const CPU_HPA: Scaler = {
  name: 'cpuHpa',
  title: 'CPU autoscaler (HPA)',
  migrates: false,
  start: startHpa,
};

export const CPU_HPA_WITH_DRAIN: Scaler = {
  ...CPU_HPA,
  name: 'cpuHpaWithDrain',
  title: 'CPU autoscaler, Parley’s drain',
  migrates: true,
};

function startHpa(cell: Cell): { desired(region: number, current: number): number } {
  const wishes = new Map<number, { readonly atMs: number; readonly nodes: number }[]>();
  return {
    desired: (region, current) => {
      const wish = wishOf(current, meanCpu(cell, region));
      const known = (wishes.get(region) ?? []).filter(({ atMs }) => atMs > cell.nowMs - STABILIZATION_MS);
      known.push({ atMs: cell.nowMs, nodes: wish });
      wishes.set(region, known);
      const stable = Math.max(...known.map(({ nodes }) => nodes));
      const most = Math.max(current * 2, current + FEWEST_STEP);
      return Math.max(FEWEST_NODES, wish > current ? Math.min(wish, most) : Math.min(stable, current));
    },
  };
}

export function wishOf(current: number, cpu: number): number {
  const ratio = cpu / TARGET_CPU;
  return Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(current * ratio);
}

/** Of pods that are ready. */
function meanCpu({ fleet, nowMs }: Cell, region: number): number {
  const serving = fleet.serving[region] ?? [];
  return serving.reduce((sum, node) => sum + fleet.reported.cpu(node, nowMs), 0) / Math.max(1, serving.length);
}
