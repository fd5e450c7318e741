/** One day of one cell under one policy: the events in order of time, and what happens on the clock between them. */
import {
  closeMeeting,
  createCell,
  enter,
  leave,
  NOWHERE,
  openMeeting,
  peopleOf,
  removePart,
  setActivity,
  setNodes,
  WAITING,
  type ActiveMeeting,
  type Cell,
} from './cell.js';
import { createFleet, type Fleet } from './fleet/fleet.js';
import { MEAN_TIME_BETWEEN_FAILURES_MS, PACKETS_PER_SECOND_OF_CORE, START_UP_MS } from './fleet/node-shape.js';
import { createMeasurement, SAMPLE_MS, type DayResult, type Measurement } from './measurement.js';
import type { Leaving, Placer, Policy } from './policy/policy.js';
import { createRandom, type Random } from './random.js';
import { scaleRegions } from './scaling/control.js';
import { SCALING_PERIOD_MS, type RegionScaler, type Scaler } from './scaling/scaler.js';
import { indexOf, kindOf, timeOf } from './workload/events.js';
import { DAY_MS } from './workload/parameters.js';
import type { Workload } from './workload/workload.js';

export interface DayShape {
  readonly seed: number;
  readonly workload: Workload;
  readonly policy: Policy;
  /** Nodes of each region: those that there are, or with a scaler, those that there may be. */
  readonly nodes: readonly number[];
  readonly scaler?: Scaler;
}

const TICK_MS = 1_000;
/** Of the most nodes, with a scaler: where the day begins. */
const FIRST_PART = 0.25;
/** A participant's move takes about so long (docs/draining.md). */
const MOVE_MS = 3_000;
/** Off one node, in one period of scaling: moving takes a few seconds (docs/draining.md). */
const MOVED_AT_ONCE = 50;

interface Day {
  readonly cell: Cell;
  readonly placer: Placer;
  readonly random: Random;
  /** In the order in which they came. */
  readonly waiting: number[];
  /** Nodes that start, and when they will serve. */
  readonly starting: Map<number, number>;
  /** People who are on their way off a node, in the order of their arrival elsewhere. */
  readonly moving: Map<number, { readonly from: number; readonly dueMs: number }>;
  readonly measurement: Measurement;
  readonly scaling: { readonly migrates: boolean; readonly scaler: RegionScaler } | undefined;
}

export function simulateDay({ seed, workload, policy, nodes, scaler }: DayShape): DayResult {
  const random = createRandom(seed);
  const fleet = createFleet({
    sizes: nodes,
    reportMs: policy.reportMs,
    packetsPerSecondOfCore: PACKETS_PER_SECOND_OF_CORE,
  });
  const startWith = scaler === undefined ? nodes : nodes.map((most) => Math.ceil(most * FIRST_PART));
  openNodes(fleet, startWith);
  const cell = createCell(workload, fleet);
  const day: Day = {
    cell,
    random,
    placer: policy.start(cell, random),
    waiting: [],
    starting: new Map(),
    moving: new Map(),
    measurement: createMeasurement(cell),
    scaling: scaler && { migrates: scaler.migrates, scaler: scaler.start(cell) },
  };
  let nextTickMs = 0;
  for (const event of workload.events) {
    const atMs = timeOf(event);
    if (atMs >= DAY_MS) break;
    for (; nextTickMs <= atMs; nextTickMs += TICK_MS) tick(day, nextTickMs);
    cell.nowMs = atMs;
    handle(day, event);
  }
  for (; nextTickMs < DAY_MS; nextTickMs += TICK_MS) tick(day, nextTickMs);
  return day.measurement.result(scaler?.name ?? policy.name, day.placer.durations);
}

function openNodes(fleet: Fleet, counts: readonly number[]): void {
  const left = [...counts];
  fleet.regions.forEach((region, node) => {
    const more = left[region] ?? 0;
    if (more <= 0) return;
    left[region] = more - 1;
    fleet.setState(node, 'Serving');
  });
}

function handle(day: Day, event: number): void {
  const index = indexOf(event);
  const { cell } = day;
  switch (kindOf(event)) {
    case 'Join':
      join(day, index);
      return;
    case 'Leave':
      depart(day, index);
      return;
    case 'Change': {
      const { meeting, activity } = cell.workload.changes;
      const active = cell.meetings.get(meeting[index] as number);
      if (active !== undefined) setActivity(cell, active, activity[index] as number);
    }
  }
}

function meetingOf({ workload }: Cell, participant: number): number {
  return workload.participants.meeting[participant] as number;
}

function join(day: Day, participant: number): void {
  day.measurement.joined();
  if (!tryPlace(day, participant)) wait(day, participant);
}

function tryPlace({ cell, placer }: Day, participant: number): boolean {
  const meeting = openMeeting(cell, meetingOf(cell, participant));
  const region = cell.workload.participants.region[participant] as number;
  const node = placer.place(meeting, { participant, region });
  if (node === undefined) {
    closeIfEmpty(cell, placer, meeting);
    return false;
  }
  const isNew = !meeting.parts.some((part) => part.node === node);
  enter(cell, meeting, participant, node);
  placer.counted(node, meeting.id, 1);
  if (isNew) setNodes(cell, meeting, placer.nodesOf(meeting));
  return true;
}

function depart({ cell, placer, waiting }: Day, participant: number): void {
  const node = cell.nodeOf[participant] as number;
  if (node === NOWHERE) return;
  if (node === WAITING) {
    cell.nodeOf[participant] = NOWHERE;
    waiting.splice(waiting.indexOf(participant), 1);
    return;
  }
  const meeting = cell.meetings.get(meetingOf(cell, participant));
  if (meeting === undefined) return;
  leave(cell, meeting, participant);
  placer.counted(node, meeting.id, -1);
  closeIfEmpty(cell, placer, meeting);
}

function closeIfEmpty(cell: Cell, placer: Placer, meeting: ActiveMeeting): void {
  if (meeting.people > 0) return;
  placer.ended(meeting);
  closeMeeting(cell, meeting);
}

function tick(day: Day, atMs: number): void {
  const { cell, waiting } = day;
  cell.nowMs = atMs;
  startNodes(day);
  finishMoves(day);
  for (const { meeting, leaving } of day.placer.rebalance()) {
    adoptNodes(day, meeting);
    for (const each of leaving) startMoves(day, each);
  }
  if (day.scaling !== undefined && atMs % SCALING_PERIOD_MS === 0) scale(day, day.scaling);
  const still = waiting.splice(0).filter((participant) => !tryPlace(day, participant));
  waiting.push(...still);
  day.measurement.waiting(waiting.length * TICK_MS);
  if (atMs % SAMPLE_MS !== 0) return;
  failNodes(day);
  day.measurement.sample(atMs);
}

function scale(day: Day, { migrates, scaler }: NonNullable<Day['scaling']>): void {
  const { cell, placer, starting } = day;
  const nodeChanged = (node: number): void => {
    placer.nodeChanged(node);
  };
  scaleRegions({ cell, scaler, starting, nodeChanged });
  if (!migrates) return;
  cell.fleet.states.forEach((state, node) => {
    if (state === 'Closing') emptyNode(day, node);
  });
}

/** The smallest meetings first, so many people at a time. */
function emptyNode(day: Day, node: number): void {
  const { cell, placer } = day;
  const meetings = [...(cell.meetingsOn[node] as Set<number>)]
    .flatMap((id) => cell.meetings.get(id) ?? [])
    .map((meeting) => ({ meeting, people: peopleOf(cell, meeting, node) }))
    .toSorted((a, b) => a.people.length - b.people.length);
  let moved = 0;
  for (const { meeting, people } of meetings) {
    if (moved >= MOVED_AT_ONCE) return;
    if (!placer.vacate(node, meeting)) continue;
    moved += people.length;
    for (const participant of people) if (move(day, meeting, participant)) day.measurement.drained(1);
    adoptNodes(day, meeting);
  }
}

/** Nodes that it is not on any more go. */
function adoptNodes({ cell, placer }: Day, meeting: ActiveMeeting): void {
  const { nodes, relays } = placer.nodesOf(meeting);
  for (const { node, people } of [...meeting.parts])
    if (people === 0 && !nodes.includes(node)) removePart(cell, meeting, node);
  setNodes(cell, meeting, { nodes, relays });
}

function startMoves({ cell, moving }: Day, { meeting, node, people }: Leaving): void {
  const here = peopleOf(cell, meeting, node);
  const already = here.filter((participant) => moving.get(participant)?.from === node).length;
  const more = here.filter((participant) => moving.get(participant)?.from !== node).slice(0, people - already);
  for (const participant of more) {
    moving.delete(participant);
    moving.set(participant, { from: node, dueMs: cell.nowMs + MOVE_MS });
  }
}

function finishMoves(day: Day): void {
  const { cell, moving } = day;
  for (const [participant, { from, dueMs }] of moving) {
    if (dueMs > cell.nowMs) return;
    moving.delete(participant);
    const meeting = cell.meetings.get(meetingOf(cell, participant));
    if (meeting === undefined || cell.nodeOf[participant] !== from) continue;
    if (move(day, meeting, participant)) day.measurement.relieved(1);
  }
}

/** Whether there was a place for the participant on another node. */
function move(day: Day, meeting: ActiveMeeting, participant: number): boolean {
  const { cell, placer } = day;
  const from = cell.nodeOf[participant] as number;
  const region = cell.workload.participants.region[participant] as number;
  const to = placer.place(meeting, { participant, region, avoid: from });
  if (to === undefined || to === from) return false;
  const isNew = !meeting.parts.some((part) => part.node === to);
  leave(cell, meeting, participant);
  placer.counted(from, meeting.id, -1);
  enter(cell, meeting, participant, to);
  placer.counted(to, meeting.id, 1);
  if (isNew) setNodes(cell, meeting, placer.nodesOf(meeting));
  return true;
}

function startNodes({ cell, placer, starting }: Day): void {
  for (const [node, readyMs] of starting) {
    if (readyMs > cell.nowMs) continue;
    starting.delete(node);
    cell.fleet.setState(node, 'Serving');
    placer.nodeChanged(node);
  }
}

function failNodes(day: Day): void {
  const { cell, random } = day;
  for (const node of cell.fleet.serving.flat())
    if (random.next() < SAMPLE_MS / MEAN_TIME_BETWEEN_FAILURES_MS) failNode(day, node);
}

/** Its pod is replaced by one of the same name. */
function failNode(day: Day, node: number): void {
  const { cell, placer, starting } = day;
  cell.fleet.setState(node, 'Starting');
  starting.set(node, cell.nowMs + START_UP_MS);
  placer.nodeChanged(node);
  const meetings = [...(cell.meetingsOn[node] as Set<number>)].flatMap((id) => cell.meetings.get(id) ?? []);
  const people = meetings.flatMap((meeting) =>
    peopleOf(cell, meeting, node).map((participant) => ({ meeting, participant })),
  );
  placer.nodeLost(node, meetings);
  for (const { meeting, participant } of people) {
    leave(cell, meeting, participant);
    placer.counted(node, meeting.id, -1);
  }
  for (const meeting of meetings) removePart(cell, meeting, node);
  day.measurement.lost(people.length);
  for (const meeting of meetings) setNodes(cell, meeting, placer.nodesOf(meeting));
  for (const { participant } of people) if (!tryPlace(day, participant)) wait(day, participant);
  for (const meeting of meetings) if (cell.meetings.has(meeting.id)) closeIfEmpty(cell, placer, meeting);
}

function wait({ cell, waiting, measurement }: Day, participant: number): void {
  cell.nodeOf[participant] = WAITING;
  waiting.push(participant);
  measurement.waited();
}
