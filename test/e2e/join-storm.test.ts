/** The full hour: many people come to many meetings at once, onto a pool with headroom (laws 4 and 6). They are light: no media flows. */
import { serviceAddresses } from '@parley/e2e/cluster/installation.js';
import { applyObjects, deleteObject } from '@parley/e2e/cluster/kubectl.js';
import { ensurePools, namespace, nodePods, placed } from '@parley/e2e/cluster/stage.js';
import { readMetrics } from '@parley/e2e/cluster/pod-metrics.js';
import { pause } from '@parley/e2e/deadline.js';
import { enterBySocket, type SocketParticipant } from '@parley/e2e/light/socket-participant.js';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { beginScene } from './scene.js';

const joins = 200;
const withinMs = 10_000;
const meetingSize = 10;
/** Two nodes with room for 104 each below their target; of people, as whoever is light sends nothing that would be scarce before. */
const capacity = { participants: 130, consumers: 10_000, packetsPerSecond: 1_000_000 };
const target = 0.8;
const pool = 'storm';
const names = Array.from({ length: joins / meetingSize }, (_, index) => `storm-${String(index)}`);

beforeAll(() => ensurePools([{ name: pool, region: 'eu', replicas: 2, workers: 1, rtcPort: 43_500, capacity }]));
afterAll(() => deleteObject('sfupool', pool, namespace));

const percentile = (values: readonly number[], part: number): number =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? 0);

test(`${String(joins)} joins in ${String(withinMs / 1_000)} s: nobody is refused or waits, and no node is filled beyond its target`, async () => {
  beginScene();
  const spec = { pools: [{ name: pool }], expectedParticipants: meetingSize };
  await applyObjects(
    names.map((name) => ({
      apiVersion: 'parley.dev/v1alpha1',
      kind: 'Meeting',
      metadata: { name, namespace },
      spec: { ...spec, title: name },
    })),
  );
  const ids = await Promise.all(names.map(placed));
  const addresses = await serviceAddresses();
  const entered: SocketParticipant[] = [];
  onTestFinished(() => entered.forEach((one) => one.close()));
  const tookMs: number[] = [];
  const beganMs = Date.now();
  const come = async (index: number): Promise<void> => {
    await pause((index * withinMs) / joins);
    const startMs = performance.now();
    const address = addresses[index % addresses.length] ?? '';
    const meetingId = ids[index % ids.length] ?? '';
    entered.push(await enterBySocket({ address, meetingId, name: `p${String(index)}` }));
    tookMs.push(performance.now() - startMs);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: joins }, (_, index) => come(index)));
  const allInMs = Date.now() - beganMs;

  const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  expect(refusals).toEqual([]);
  expect(entered.filter(({ waited }) => waited)).toEqual([]);
  const onNodes = await Promise.all(
    (await nodePods(pool)).map(async (pod) => (await readMetrics(pod)).sum('parley_node_participants')),
  );
  const figures = { p50: percentile(tookMs, 0.5), p95: percentile(tookMs, 0.95), max: percentile(tookMs, 0.999) };
  console.log(
    `all in after ${String(allInMs)} ms; a join, ms: ${JSON.stringify(figures)}; on nodes: ${onNodes.join()}`,
  );
  expect(onNodes.reduce((sum, people) => sum + people, 0)).toBe(joins);
  for (const people of onNodes) expect(people).toBeLessThanOrEqual(capacity.participants * target);
  await Promise.all(entered.map((one) => one.leave()));
});
