/**
 * The time of one placement decision by a leader that is warm: what the Placement service does between a request and telling the nodes,
 * with all that it keeps. Views, store and planning are the operator's own; nodes, their reports and meetings are made up.
 */
import { loadOfShare } from '@parley/operator/core/load/meeting-load.js';
import type { Load } from '@parley/operator/core/load/load.js';
import { NO_PASSCODES } from '@parley/operator/meetings/passcodes.js';
import { createLeaderWorld, type LeaderWorld, type PoolShape } from '@parley/operator/meetings/testing/leader-world.js';
import type { Clock } from '@parley/operator/kube/clock.js';
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { Meeting } from '@parley/crds/meeting.js';
import { percentile, report } from '../report/figures.js';
import { seeded } from './seeded.js';

const runs = 20;
const warmUpRuns = 2;
const decisionsPerRun = 1_000;
const meetingCount = 20_000;
const regions = 10;
const nodesPerPool = 250;
const decisionsPerSecond = 300;
const reportsPerSecond = 2;
/** Mean of meet.jit.si (91,408 meetings), with a tail to a thousand. */
const meanSize = 3.37;

interface Warm {
  readonly world: LeaderWorld;
  readonly meetings: readonly Meeting[];
  readonly loads: Map<string, Load>;
  readonly pass: (ms: number) => void;
}

type Random = () => number;

function warmUp(nodeCount: number, random: Random): Warm {
  let nowMs = 0;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined };
  const perRegion = nodeCount / regions;
  const poolsPerRegion = Math.ceil(perRegion / nodesPerPool);
  const pools = Array.from({ length: regions * poolsPerRegion }, (_, index): PoolShape => {
    const region = `r${index % regions}`;
    return { name: `${region}-${Math.floor(index / regions)}`, region, nodes: perRegion / poolsPerRegion };
  });
  const world = createLeaderWorld(pools, clock);
  const loads = new Map(world.nodes.map(({ key }) => [key, backgroundLoad(random)]));
  for (const [key, load] of loads) world.directory.reported(key, load);
  const meetings = Array.from({ length: meetingCount }, (_, index) => {
    const expectedParticipants = sizeOf(random);
    const meeting = world.meeting(`m${index}`, { expectedParticipants, maxParticipants: 1_000 });
    const { record } = world.decider.decide(meeting, NO_PASSCODES);
    const [first] = record.topology.placements;
    if (first === undefined) throw new Error('a meeting found no node');
    const key = `default/${first.node}`;
    world.directory.reported(
      key,
      loads.get(key) ?? loadOfShare({ local: 0, total: 1 }),
      new Map([[record.meetingId, expectedParticipants]]),
    );
    return meeting;
  });
  return { world, meetings, loads, pass: (ms) => (nowMs += ms) };
}

/** Placing the fullest first leaves most nodes just below the target, which are the most to look through. */
function backgroundLoad(random: Random): Load {
  const part = random() < 0.7 ? 0.7 + random() * 0.1 : random() * 0.7;
  const tens = Math.round((part * 2_000) / loadOfShare({ local: 10, total: 10 }).consumers);
  const one = loadOfShare({ local: 10, total: 10 });
  return {
    participants: one.participants * tens,
    producers: one.producers * tens,
    consumers: Math.round(part * 2_000),
    packetsPerSecond: Math.min(45_000, one.packetsPerSecond * tens),
    bytesPerSecond: one.bytesPerSecond * tens,
  };
}

function sizeOf(random: Random): number {
  if (random() < 0.002) return 100 + Math.floor(random() * 900);
  return 1 + Math.floor(-Math.log(1 - random()) * (meanSize - 0.6));
}

interface Runs {
  readonly random: Random;
  readonly runs: number;
}

interface Measured {
  readonly decisionsMs: number[];
  readonly reportsMs: number[];
  readonly refused: number;
}

function measure({ world, meetings, loads, pass }: Warm, { random, runs: count }: Runs): Measured {
  const measured = { decisionsMs: [] as number[], reportsMs: [] as number[], refused: 0 };
  const { nodes } = world;
  const reportsPerDecision = Math.ceil((nodes.length * reportsPerSecond) / decisionsPerSecond);
  let nextNode = 0;
  for (let decision = 0; decision < count * decisionsPerRun; decision += 1) {
    pass(1_000 / decisionsPerSecond);
    for (let reported = 0; reported < reportsPerDecision; reported += 1) {
      const { key } = nodes[nextNode++ % nodes.length] ?? { key: '' };
      const load = drift(loads.get(key), random);
      const startMs = performance.now();
      world.directory.reported(key, load);
      measured.reportsMs.push(performance.now() - startMs);
    }
    const meeting = meetings[Math.floor(random() * meetings.length)];
    if (meeting === undefined) throw new Error('no meeting');
    const request = requestFor(world, { meeting, id: `p${decision}`, kind: decision % 3, random });
    const startMs = performance.now();
    const { kind } = world.place(meeting, request);
    measured.decisionsMs.push(performance.now() - startMs);
    if (kind === 'Refused') measured.refused += 1;
  }
  return measured;
}

/** A third each: where the meeting is; in a region where it isn't; where none of its nodes could be reached. */
function requestFor(
  { store }: LeaderWorld,
  { meeting, id, kind, random }: { meeting: Meeting; id: string; kind: number; random: Random },
): Parameters<LeaderWorld['place']>[1] {
  const placements = store.get(meetingIdOf(meeting.metadata.uid))?.topology.placements ?? [];
  const region = kind === 1 ? `r${Math.floor(random() * regions)}` : (placements[0]?.region ?? '');
  return { participantIds: [id], region, avoidNodes: kind === 2 ? placements.map(({ node }) => node) : [] };
}

function drift(load: Load | undefined, random: Random): Load {
  if (load === undefined) throw new Error('no load');
  const consumers = Math.max(0, Math.round(load.consumers * (0.98 + random() * 0.04)));
  return { ...load, consumers };
}

type CellFigures = Readonly<Record<'p50Ms' | 'p99Ms' | 'worstRunP99Ms' | 'reportUs', number>>;

function figuresOf(nodeCount: number): CellFigures {
  const random = seeded(nodeCount);
  const warm = warmUp(nodeCount, random);
  measure(warm, { random, runs: warmUpRuns });
  const { decisionsMs, reportsMs, refused } = measure(warm, { random, runs });
  if (refused > decisionsMs.length / 100) throw new Error(`${refused} of ${decisionsMs.length} were refused`);
  const p99s = Array.from({ length: runs }, (_, run) =>
    percentile(decisionsMs.slice(run * decisionsPerRun, (run + 1) * decisionsPerRun), 0.99),
  );
  return {
    p50Ms: percentile(decisionsMs, 0.5),
    p99Ms: percentile(decisionsMs, 0.99),
    worstRunP99Ms: Math.max(...p99s),
    reportUs: (reportsMs.reduce((sum, ms) => sum + ms, 0) / reportsMs.length) * 1_000,
  };
}

const cell = figuresOf(1_500);
const large = Object.entries(figuresOf(40_000)).map(([name, figure]) => [`${name}40k`, figure] as const);
report('decision', { ...cell, ...Object.fromEntries(large) }, { p99Ms: '< 1', p99Ms40k: '< 1' });
