/**
 * The control plane of a whole cell: real API server, etcd and operator; kwok's hosts and pods; fake nodes that stream their load over
 * mutual TLS, as real ones do. BENCH_SIZE=full is 1,500 nodes and 20,000 meetings.
 */
import { pause } from '@parley/e2e/deadline.js';
import { createMeetingClients } from '../meetings/clients.js';
import { fill, runRounds } from '../meetings/rounds.js';
import { cpuMicroseconds } from '../process/cpu-time.js';
import { meetingsPath } from '../process/local-cluster.js';
import { percentile, report, type Figures } from '../report/figures.js';
import { metricOf } from '../report/metrics.js';
import { startCell, type Cell } from './cell.js';
import { installKwok } from './kwok.js';
import { paced } from './paced.js';
import { cellSizeOf } from './size.js';

const size = cellSizeOf(process.env['BENCH_SIZE']);
const rounds = 3;
const peoplePerMeeting = 4;
const fillAtOnce = 128;
const pacedSeconds = 10;
/** Where the API server is too slow for a pace, it is a part of what the bare client reaches. */
const placedGoalPerSecond = 300;
const pacedShare = 0.5;
const idleSeconds = 10;
/** Until those who were on their way have come, and their meetings' statuses say so. */
const settleSeconds = 8;
const churnGoalPerSecond = 50;
/** Each meeting that comes and goes is five writes, not two. */
const churnShare = 0.3;
const rpcPerSecond = 100;

const startedMs = performance.now();
/** What goes on, for those who wait; figures are printed at the end. */
function say(what: string): void {
  console.error(`[${Math.round((performance.now() - startedMs) / 1_000)} s] ${what}`);
}

async function measure(cell: Cell): Promise<Figures> {
  const { cluster, fleet, follower } = cell;
  const { api } = cluster;
  const clients = await createMeetingClients(api, peoplePerMeeting);
  const path = meetingsPath('default');
  const apiCalls = async (): Promise<number> =>
    metricOf(await cluster.operator.metrics(), 'rest_client_requests_total');
  const cpuSeconds = (): number => cpuMicroseconds(cluster.operator.pid) / 1e6;
  let picked = 0;
  const outcomes = { Placed: 0, Refused: 0, Failed: 0 };
  let ids: string[] = [];
  /** In some meeting that is placed, another each time. */
  const placeSomeone = async (): Promise<void> => {
    if (picked % 1_000 === 0) ids = [...follower.placements.keys()];
    picked += 1;
    const id = ids[(picked * 7_919) % ids.length];
    if (id !== undefined && follower.placements.has(id)) outcomes[await follower.place(id)] += 1;
  };

  await clients.createAndAwait('first');
  const like = await api.get(`${path}/first`);
  const idleBefore = cpuSeconds();
  await pause(idleSeconds * 1_000);
  const idleCpu = (cpuSeconds() - idleBefore) / idleSeconds;

  say(`${size.nodes} nodes are ready; meetings are made`);
  const bulk = size.meetings - rounds * size.atOnce;
  const [fillStartMs, fillCpu] = [performance.now(), cpuSeconds()];
  await fill(bulk, fillAtOnce, (index) => clients.createAndAwait(`bulk-${index}`));
  const fillSeconds = (performance.now() - fillStartMs) / 1_000;
  const cpuMsPerMeeting = ((cpuSeconds() - fillCpu - idleCpu * fillSeconds) * 1_000) / bulk;
  say(`${bulk} meetings were placed in ${Math.round(fillSeconds)} s; rounds beside the bare client`);
  const { perSecond, bareClientPerSecond, ratioToBareClient } = await runRounds(clients, {
    rounds,
    atOnce: size.atOnce,
    like,
  });

  const pace = {
    perSecond: Math.min(placedGoalPerSecond, Math.floor(bareClientPerSecond * pacedShare)),
    seconds: pacedSeconds,
  };
  say(`at ${pace.perSecond} meetings a second`);
  const bareMs = await paced(pace, (index) => clients.createAndPatch(`paced-${index}`, like));
  const placedMs = await paced(pace, (index) => clients.createAndAwait(`paced-${index}`));
  say('places for people');
  const rpcMs = await paced({ perSecond: rpcPerSecond, seconds: pacedSeconds }, placeSomeone);

  const churnPerSecond = Math.min(churnGoalPerSecond, Math.floor(bareClientPerSecond * churnShare));
  say(`${churnPerSecond} meetings a second come and go, with people`);
  fleet.setPeople(peoplePerMeeting);
  const churn = { perSecond: churnPerSecond, seconds: size.churnSeconds };
  const [callsBefore, cpuBefore] = [await apiCalls(), cpuSeconds()];
  const [churnPlacedMs, churnRpcMs] = await Promise.all([
    paced(churn, (index) => clients.createAndAwait(`churn-${index}`)),
    paced(churn, placeSomeone),
    paced(churn, (index) => api.delete(`${path}/bulk-${index % bulk}`).catch(() => undefined)),
  ]);
  const churnCpu = cpuSeconds() - cpuBefore;
  const churnCalls = (await apiCalls()) - callsBefore;
  const lag = metricOf(await cluster.operator.metrics(), 'nodejs_eventloop_lag_p99_seconds') * 1_000;

  // The new leader tells all topologies again: nobody new is to come for that.
  fleet.setPeople(0);
  await pause(settleSeconds * 1_000);
  say('the operator is started anew');
  const restart = await restartOperator(cell, () => clients.createAndAwait('after-restart'));
  clients.stop();
  return {
    nodes: size.nodes,
    meetings: restart.meetings,
    readySeconds: cell.readySeconds,
    placedPerSecond: perSecond,
    bareClientPerSecond,
    ratioToBareClient,
    pacedPerSecond: pace.perSecond,
    placedP50Ms: percentile(placedMs, 0.5),
    placedP99Ms: percentile(placedMs, 0.99),
    barePlacedP99Ms: percentile(bareMs, 0.99),
    rpcP50Ms: percentile(rpcMs, 0.5),
    rpcP99Ms: percentile(rpcMs, 0.99),
    rpcRefused: outcomes.Refused,
    rpcFailed: outcomes.Failed,
    churnSeconds: size.churnSeconds,
    churnPerSecond,
    churnPlacedP99Ms: percentile(churnPlacedMs, 0.99),
    churnRpcP99Ms: percentile(churnRpcMs, 0.99),
    churnApiCallsPerMeeting: churnCalls / churnPlacedMs.length,
    cpuSeconds: churnCpu,
    cpuShare: churnCpu / size.churnSeconds,
    idleCpuShare: idleCpu,
    cpuMsPerMeeting,
    loopLagP99Ms: lag,
    restartSeconds: restart.seconds,
    restartSyncedSeconds: restart.syncedSeconds,
    restartMoved: restart.moved,
    restartCpuSeconds: restart.cpuSeconds,
    rssMb: restart.peakMiB,
  };
}

interface Restart {
  readonly meetings: number;
  /** From the start of the new process until it hears all nodes, has told all topologies, answers and places. */
  readonly seconds: number;
  /** Until a follower has all topologies. */
  readonly syncedSeconds: number;
  /** Meetings that are elsewhere, or nowhere, after it. */
  readonly moved: number;
  readonly cpuSeconds: number;
  /** The most memory of either process. */
  readonly peakMiB: number;
}

async function restartOperator(cell: Cell, placeNew: () => Promise<unknown>): Promise<Restart> {
  const { cluster, follower } = cell;
  const before = new Map(follower.placements);
  const peakBefore = cluster.operator.peakMemoryMiB();
  await cluster.operator.close();
  const startMs = performance.now();
  const sinceStart = (): number => (performance.now() - startMs) / 1_000;
  const synced = follower.syncedAgain().then(sinceStart);
  await cluster.startOperator();
  say(`ready after ${sinceStart().toFixed(1)} s`);
  const [syncedSeconds] = await Promise.all([synced, cell.allNodesLive(), placeNew()]);
  const [someone] = before.keys();
  if (someone !== undefined) await follower.place(someone);
  const seconds = sinceStart();
  const moved = [...before].filter(([meetingId, nodes]) => follower.placements.get(meetingId) !== nodes).length;
  return {
    meetings: before.size,
    seconds,
    syncedSeconds,
    moved,
    cpuSeconds: cpuMicroseconds(cluster.operator.pid) / 1e6,
    peakMiB: Math.max(peakBefore, cluster.operator.peakMemoryMiB()),
  };
}

installKwok();
say(`a cell of ${size.nodes} nodes and ${size.meetings} meetings is built`);
const cell = await startCell(size.nodes);
try {
  report('control-plane', await measure(cell), {
    placedP99Ms: '< 1000',
    ratioToBareClient: '>= 0.8',
    restartSeconds: '< 10',
    rssMb: '< 512',
  });
} finally {
  await cell.close();
}
process.exit();
