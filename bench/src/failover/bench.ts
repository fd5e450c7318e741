/**
 * From the end of a node to the next decoded picture at everybody whom it served: the node's process and its workers killed, and hung.
 * All of Parley's processes and Chromium are real; three people, each with a small camera, are on one node of three.
 */
import { startPeople } from '@parley/e2e/browser/people.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { pause, waitFor, waitUntil } from '@parley/e2e/deadline.js';
import { startLocalSystem, type LocalSystem } from '../process/local-system.js';
import { percentile, report, type Figures } from '../report/figures.js';
import { stepsSince, watchSteps } from './page-watch.js';

const runs = 20;
/** The first of each finds cold code; it is not counted. */
const warmUpRuns = 1;
const settleMs = 3_000;
const soon = { deadlineMs: 30_000, everyMs: 50 };
/** LiveKit 1.11 on the project's machine, two nodes, 10 runs: behind a balancer. */
const liveKit = { p50Ms: 6_800, p95Ms: 8_900 };

type Fault = 'kill' | 'hang';

/** From the fault on, in milliseconds. */
interface Recovery {
  readonly picture: number;
  readonly told: number;
  readonly entered: number;
  readonly connected: number;
  readonly packet: number;
}

/** Where everybody is, once all are connected. Where the machine is starved, a node that lives may have been taken for lost. */
async function homesOf(people: readonly Participant[]): Promise<ReadonlyMap<Participant, string>> {
  return waitFor('everybody to be connected', soon, async () => {
    const views = await Promise.all(people.map(async (person) => [person, await person.view()] as const));
    if (views.some(([, { state }]) => state !== 'Connected')) return undefined;
    return new Map(views.map(([person, { node }]) => [person, node]));
  });
}

/** Until a picture is seen that was taken after the fault: none such can come over the node that is gone. */
async function recoveryOf(viewer: Participant, other: Participant, faultMs: number): Promise<Recovery> {
  const { freshAtMs } = await waitUntil(
    `${viewer.name} sees ${other.name} again`,
    soon,
    () => viewer.pictures(`${other.name}/camera`, faultMs),
    (pictures) => pictures.freshAtMs > 0,
  );
  const steps = await stepsSince(viewer.page, faultMs);
  const since = (atMs: number | undefined): number => (atMs ?? Number.NaN) - faultMs;
  return {
    picture: since(freshAtMs),
    told: since(steps.toldMs),
    entered: since(steps.enteredMs),
    connected: since(steps.connectedMs),
    packet: since(steps.packetMs),
  };
}

async function failOnce(system: LocalSystem, people: readonly Participant[], fault: Fault): Promise<Recovery[]> {
  const homes = await homesOf(people);
  const [home] = homes.values();
  const node = system.nodes.find(({ name }) => name === home);
  if (node === undefined) throw new Error(`there is no node ${home}`);
  await pause(settleMs);
  const faultMs = Date.now();
  if (fault === 'kill') void node.program.kill();
  else node.program.hang();
  const recoveries = await Promise.all(
    people.flatMap((viewer) =>
      people
        .filter((other) => other !== viewer && homes.get(viewer) === home)
        .map((other) => recoveryOf(viewer, other, faultMs)),
    ),
  );
  await node.restart();
  await system.untilReady();
  return recoveries;
}

function figuresOf(fault: Fault, recoveries: readonly Recovery[]): Figures {
  const middle = (step: keyof Recovery): number =>
    percentile(
      recoveries.map((recovery) => recovery[step]),
      0.5,
    );
  const pictures = recoveries.map(({ picture }) => picture);
  return {
    [`${fault}P50Ms`]: percentile(pictures, 0.5),
    [`${fault}P95Ms`]: percentile(pictures, 0.95),
    [`${fault}MaxMs`]: Math.max(...pictures),
    [`${fault}ToldP50Ms`]: middle('told'),
    [`${fault}EnteredP50Ms`]: middle('entered'),
    [`${fault}ConnectedP50Ms`]: middle('connected'),
    [`${fault}PacketP50Ms`]: middle('packet'),
  };
}

const system = await startLocalSystem({ nodesEach: 3 });
try {
  const meetingId = await system.openMeeting('failover');
  const people = await startPeople([system.address]);
  try {
    const here: Participant[] = [];
    for (const name of ['Ada', 'Ben', 'Cyd']) {
      const person = await people.come(name);
      await watchSteps(person.page);
      await person.enter({ meetingId });
      here.push(person);
    }
    for (const viewer of here) for (const other of here) if (other !== viewer) await viewer.sees(other);
    const all: Record<Fault, Recovery[]> = { kill: [], hang: [] };
    for (let run = 0; run < warmUpRuns + runs; run++) {
      for (const fault of ['kill', 'hang'] as const) {
        const recoveries = await failOnce(system, here, fault);
        if (run >= warmUpRuns) all[fault].push(...recoveries);
      }
    }
    report(
      'failover',
      { ...figuresOf('kill', all.kill), ...figuresOf('hang', all.hang) },
      { killP95Ms: '< 1000', hangP95Ms: '< 3000' },
    );
    console.log(
      `failover: beside LiveKit 1.11, node killed, two nodes, 10 runs: p50 ${liveKit.p50Ms}, p95 ${liveKit.p95Ms}, on the project's machine of 2 cores`,
    );
  } finally {
    await people.close();
  }
} finally {
  await system.close();
}
