/**
 * What people notice of a drain: the longest silences and standing pictures, as decoded, at everybody in a meeting whose node is drained
 * under them. All of Parley's processes and Chromium are real; the bench is kubelet, and runs the nodes that take the drained ones' places.
 */
import { startPeople } from '@parley/e2e/browser/people.js';
import type { Participant } from '@parley/e2e/browser/participant.js';
import { pause, waitFor } from '@parley/e2e/deadline.js';
import { longestGapMs } from '@parley/e2e/probe/gaps.js';
import { podsPath } from '../process/local-cluster.js';
import { startLocalSystem, type LocalSystem } from '../process/local-system.js';
import { startSystemNode, type SystemNode } from '../process/system-node.js';
import { percentile, report } from '../report/figures.js';

const drains = 7;
/** The first finds cold code; it is not counted. */
const warmUpDrains = 1;
/** Until jitter buffers and bandwidth estimations know their streams. */
const settleMs = 5_000;
/** For the overlap, and for what it leaves behind. */
const afterMs = 3_000;
const soon = { deadlineMs: 60_000, everyMs: 100 };

/** Of one listener and one sender. */
interface Noticed {
  readonly audioGapMs: number;
  readonly videoFreezeMs: number;
}

async function noticedSince(people: readonly Participant[], sinceMs: number): Promise<Noticed[]> {
  const pairs = people.flatMap((viewer) =>
    people.filter((other) => other !== viewer).map((other) => ({ viewer, other })),
  );
  return Promise.all(
    pairs.map(async ({ viewer, other }) => {
      const [{ gapMs }, sound, here, there] = await Promise.all([
        viewer.longestGapOf(other, sinceMs),
        viewer.sound(`${other.name}/microphone`, sinceMs),
        viewer.stalls(sinceMs),
        other.stalls(sinceMs),
      ]);
      const audioGapMs = sound.isHeard ? longestGapMs(sound.gaps, [...here, ...there]) : Number.POSITIVE_INFINITY;
      return { audioGapMs, videoFreezeMs: gapMs };
    }),
  );
}

/** Of those who are in the meeting: who was told that a connection is lost, or that anybody left. */
async function disturbedOf(people: readonly Participant[]): Promise<number> {
  const views = await Promise.all(people.map((person) => person.view()));
  return views.filter(
    ({ state, log }) => state !== 'Connected' || log.some((line) => /^(left|state|failed)/.test(line)),
  ).length;
}

/** Nodes by name: those that the system began with, and those that were made in their places. */
async function drainOnce(
  { cluster }: LocalSystem,
  nodes: Map<string, SystemNode>,
  people: readonly Participant[],
): Promise<number> {
  const [name = ''] = new Set(await Promise.all(people.map(async (person) => (await person.view()).node)));
  const { api } = cluster;
  const sinceMs = Date.now();
  await api.merge(`${podsPath}/${name}`, { metadata: { annotations: { 'parley.dev/drain': 'true' } } });
  const successor = await waitFor('a node in its place', soon, async () => {
    const { items = [] } = await api.get(podsPath);
    const names = items.map((pod) => (pod as { metadata: { name: string } }).metadata.name);
    return names.find((made) => !nodes.has(made));
  });
  const started = cluster.runPod(successor, startSystemNode);
  await waitFor('everybody to have moved', soon, async () => {
    const views = await Promise.all(people.map((person) => person.view()));
    return views.every(({ node }) => node !== name) ? true : undefined;
  });
  nodes.set(successor, await started);
  await waitFor('the node to go', soon, async () => {
    const { metadata } = await api.get(`${podsPath}/${name}`);
    return 'deletionTimestamp' in metadata ? true : undefined;
  });
  await nodes.get(name)?.close();
  await api.delete(`${podsPath}/${name}`, { gracePeriodSeconds: 0 });
  nodes.delete(name);
  return sinceMs;
}

const system = await startLocalSystem({ nodesEach: 2, poolSpec: { drain: { waitSeconds: 0 } } });
try {
  const nodes = new Map(system.nodes.map((node) => [node.name, node]));
  const meetingId = await system.openMeeting('migration');
  const people = await startPeople([system.address]);
  try {
    const here: Participant[] = [];
    for (const name of ['Ada', 'Ben', 'Cyd']) {
      const person = await people.come(name);
      await person.enter({ meetingId });
      here.push(person);
    }
    for (const viewer of here)
      for (const other of here) {
        if (other === viewer) continue;
        await viewer.sees(other);
        await viewer.watchSound(`${other.name}/microphone`);
      }
    const noticed: Noticed[] = [];
    const quiet: Noticed[] = [];
    for (let round = 0; round < warmUpDrains + drains; round += 1) {
      const quietSinceMs = Date.now();
      await pause(settleMs);
      if (round >= warmUpDrains) quiet.push(...(await noticedSince(here, quietSinceMs)));
      const sinceMs = await drainOnce(system, nodes, here);
      await pause(afterMs);
      if (round >= warmUpDrains) noticed.push(...(await noticedSince(here, sinceMs)));
    }
    const part = (share: number, from: readonly Noticed[], what: keyof Noticed): number =>
      percentile(
        from.map((one) => one[what]),
        share,
      );
    report(
      'migration',
      {
        moved: drains * here.length,
        lost: await disturbedOf(here),
        audioGapP50Ms: part(0.5, noticed, 'audioGapMs'),
        audioGapP95Ms: part(0.95, noticed, 'audioGapMs'),
        videoFreezeP50Ms: part(0.5, noticed, 'videoFreezeMs'),
        videoFreezeP95Ms: part(0.95, noticed, 'videoFreezeMs'),
        quietAudioGapP95Ms: part(0.95, quiet, 'audioGapMs'),
        quietVideoFreezeP95Ms: part(0.95, quiet, 'videoFreezeMs'),
      },
      { lost: '0', audioGapP95Ms: '< 100', videoFreezeP95Ms: '< 300' },
    );
  } finally {
    await people.close();
  }
} finally {
  await system.close();
}
