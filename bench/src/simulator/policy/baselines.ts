/** What others do, from their sources; docs/simulator.md says which. */
import type { Cell } from '../cell.js';
import type { Random } from '../random.js';
import { createCascadePlacer, type NodeChoice } from './cascade.js';
import type { Policy } from './policy.js';

/** LiveKit's `cpu_load_limit` and `sysload_limit`. */
const LOAD_LIMIT = 0.9;
/** LiveKit writes a node's statistics so often. */
const LIVEKIT_REPORT_MS = 2_000;
/** As often as Parley's, so that only the choice differs. */
const PARLEY_REPORT_MS = 500;

/** Any node below the limit. */
export const RANDOM: Policy = {
  name: 'random',
  title: 'random',
  reportMs: LIVEKIT_REPORT_MS,
  start: (cell, random) =>
    createCascadePlacer(cell, {
      ...byReportedCpu(cell),
      choose: (nodes) => pickAny(nodes, random),
    }),
};

/** The lowest reported CPU. */
export const LEAST_LOADED: Policy = {
  name: 'leastLoaded',
  title: 'least loaded',
  reportMs: PARLEY_REPORT_MS,
  start: (cell) => {
    const choice = byReportedCpu(cell);
    return createCascadePlacer(cell, { ...choice, choose: (nodes) => lowest(nodes, choice.loadOf) });
  },
};

/** The less loaded of two nodes that were drawn from those below the limit. */
export const TWO_CHOICES: Policy = {
  name: 'twoChoices',
  title: 'two random choices (LiveKit)',
  reportMs: LIVEKIT_REPORT_MS,
  start: (cell, random) => {
    const choice = byReportedCpu(cell);
    return createCascadePlacer(cell, {
      ...choice,
      choose: (nodes) =>
        lowest(
          [0, 1].flatMap(() => pickAny(nodes, random) ?? []),
          choice.loadOf,
        ),
    });
  },
};

/** Jicofo's defaults. */
const STRESS_THRESHOLD = 0.8;
const MAX_BRIDGE_PARTICIPANTS = 80;
const RAMP_UP_MS = 20_000;
const AVERAGE_PARTICIPANT_STRESS = 0.01;
const JITSI_REPORT_MS = 5_000;

/** The least stressed, where those who were sent there in the last 20 s count as stress; a cap on a meeting's people on one node. */
export const REGION_CAP: Policy = {
  name: 'regionCap',
  title: 'region with cap (Jitsi)',
  reportMs: JITSI_REPORT_MS,
  start: (cell) => {
    const { fleet } = cell;
    const arrivals = new Map<number, number[]>();
    const recent = (node: number): number => {
      const times = arrivals.get(node);
      if (times === undefined) return 0;
      while (times.length > 0 && (times[0] as number) <= cell.nowMs - RAMP_UP_MS) times.shift();
      return times.length;
    };
    const stress = (node: number): number =>
      fleet.reported.cpu(node, cell.nowMs) + recent(node) * AVERAGE_PARTICIPANT_STRESS;
    return createCascadePlacer(cell, {
      choose: (nodes) => lowest(nodes, stress),
      hasRoom: (node, people) => people < MAX_BRIDGE_PARTICIPANTS && stress(node) < STRESS_THRESHOLD,
      loadOf: stress,
      placed: (node) => {
        const times = arrivals.get(node) ?? [];
        times.push(cell.nowMs);
        arrivals.set(node, times);
      },
    });
  },
};

export const BASELINES: readonly Policy[] = [RANDOM, LEAST_LOADED, TWO_CHOICES, REGION_CAP];

function byReportedCpu(cell: Cell): Omit<NodeChoice, 'choose'> {
  const loadOf = (node: number): number => cell.fleet.reported.cpu(node, cell.nowMs);
  return { hasRoom: (node) => loadOf(node) < LOAD_LIMIT, loadOf };
}

function pickAny(nodes: readonly number[], random: Random): number | undefined {
  return nodes[Math.floor(random.next() * nodes.length)];
}

function lowest(nodes: readonly number[], loadOf: (node: number) => number): number | undefined {
  let best: number | undefined;
  let bestLoad = Infinity;
  for (const node of nodes) {
    const load = loadOf(node);
    if (load >= bestLoad) continue;
    best = node;
    bestLoad = load;
  }
  return best;
}
