/** What the operator lives through: nodes lost at once or only to it, an API server that errs, leaders that are cut off, clocks that jump. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/kube/clock.js';
import { startFaultProxy, type Fault, type FaultProxy, type ProxiedRequest } from '../kube/fault-proxy.js';
import { eventually } from './cluster-client.js';
import { createTestBed, type TestBed } from './test-bed.js';

const leaseTiming = { leaseMs: 4_000, renewDeadlineMs: 3_000, retryMs: 300 };
const patienceMs = 30_000;
const testMs = 90_000;

let bed: TestBed;
let proxy: FaultProxy;

beforeEach(async () => {
  bed = await createTestBed();
  await bed.createHost('host-a');
  proxy = await startFaultProxy(bed.server.kubeConfig);
}, testMs);
afterEach(async () => {
  // What hangs in it ends with it, so that its client can.
  await proxy.close();
  await bed.close();
}, testMs);

async function runNodes(count: number): Promise<void> {
  await bed.createPool('eu', { region: 'eu', replicas: count });
  for (let index = 0; index < count; index += 1) await bed.runPod(`eu-${String(index)}`);
  await eventually(
    async () => expect((await bed.pool('eu')).status).toMatchObject({ readyReplicas: count }),
    patienceMs,
  );
}

const nodesOf = async (name: string): Promise<readonly string[]> => {
  const { status } = await bed.meeting(name);
  expect(status?.['phase']).toMatch(/Placed|Active/);
  return (status?.['nodes'] ?? []) as string[];
};
const placed = (name: string): Promise<readonly string[]> => eventually(() => nodesOf(name), patienceMs);

/** Law 3, as each node has seen it. */
function expectFencesToGrow(): void {
  for (const { name, applied } of bed.nodes.values()) {
    const latest = new Map<string, { readonly term: number; readonly epoch: number }>();
    for (const { meetingId, term, epoch } of applied) {
      const before = latest.get(meetingId) ?? { term: 0, epoch: 0 };
      const isNewer = term > before.term || (term === before.term && epoch >= before.epoch);
      expect(isNewer, `${name}: ${meetingId} ${String(term)}/${String(epoch)}`).toBe(true);
      latest.set(meetingId, { term, epoch });
    }
  }
}

describe('nodes', () => {
  test(
    'two at once: every meeting is on what is left',
    async () => {
      bed.startOperator();
      await runNodes(3);
      const names = ['a', 'b', 'c', 'd'];
      for (const name of names) await bed.createMeeting(name, { expectedParticipants: 60 });
      const homes = await Promise.all(names.map(placed));
      expect(new Set(homes.flat()).size).toBeGreaterThan(1);
      await Promise.all(['eu-0', 'eu-1'].map(async (name) => bed.nodes.get(name)?.close()));
      for (const name of names) await eventually(async () => expect(await nodesOf(name)).toEqual(['eu-2']), patienceMs);
      expectFencesToGrow();
    },
    testMs,
  );

  test(
    'cut off from the operator only: its meetings go elsewhere, and when it is back it is told that they are no more its',
    async () => {
      bed.startOperator();
      await runNodes(2);
      const { id } = await bed.createMeeting('cut');
      const [home = ''] = await placed('cut');
      const other = home === 'eu-0' ? 'eu-1' : 'eu-0';
      const node = bed.nodes.get(home);
      node?.setParticipants(id, 3);
      node?.hang();
      await eventually(async () => expect(await nodesOf('cut')).toEqual([other]), patienceMs);
      const { epoch } = bed.nodes.get(other)!.topologies.get(id)!;
      // It has served on with what it knew.
      expect(node?.topologies.get(id)?.epoch).toBe(epoch - 1);
      node?.resume();
      await eventually(() => expect(node?.topologies.has(id)).toBe(false), patienceMs);
      expect(await nodesOf('cut')).toEqual([other]);
      expect(bed.nodes.get(other)?.topologies.get(id)?.epoch).toBe(epoch);
      expectFencesToGrow();
    },
    testMs,
  );
});

describe('nodes that are cut off from each other only', () => {
  const isPlaced = (reason: string): Promise<void> =>
    eventually(
      async () =>
        expect((await bed.meeting('wide')).status?.['conditions']).toContainEqual(
          expect.objectContaining({ type: 'Placed', status: 'True', reason }),
        ),
      patienceMs,
    );
  const warnings = async (): Promise<unknown[]> => {
    const list = await bed.cluster.get('/apis/events.k8s.io/v1/namespaces/default/events');
    const events = (list?.['items'] ?? []) as { reason: string; regarding: { name: string } }[];
    return events.filter(({ regarding }) => regarding.name === 'wide').map(({ reason }) => reason);
  };

  test(
    'the meeting says so, and goes over a third as soon as there is one',
    async () => {
      bed.startOperator();
      await runNodes(1);
      await bed.createPool('us', { region: 'us', replicas: 2 });
      await bed.runPod('us-0');
      const { id } = await bed.createMeeting('wide', { pools: [{ name: 'eu' }, { name: 'us' }] });
      await eventually(async () => expect(await nodesOf('wide')).toEqual(['eu-0', 'us-0']), patienceMs);
      await isPlaced('Placed');
      bed.nodes.get('eu-0')?.setUnreachable(id, ['us-0']);
      await isPlaced('NodesCutOff');
      await bed.runPod('us-1');
      await isPlaced('Placed');
      expect((await bed.meeting('wide')).status).toMatchObject({
        nodes: ['eu-0', 'us-0', 'us-1'],
        relays: [
          { from: 'eu-0', to: 'us-1' },
          { from: 'us-0', to: 'us-1' },
        ],
      });
      await eventually(
        async () =>
          expect(await warnings()).toEqual(expect.arrayContaining(['NodesCutOff', 'BridgesCutNodes', 'RelayCut'])),
        patienceMs,
      );
      expectFencesToGrow();
    },
    testMs,
  );
});

describe('the API server', () => {
  test(
    'is slow and errs in a fifth of all calls: meetings are placed once each, and leave a lost node',
    async () => {
      const faults: readonly Fault[] = [
        { kind: 'Answer', status: 500 },
        { kind: 'Reset' },
        { kind: 'Answer', status: 503 },
        { kind: 'Answer', status: 429, headers: { 'retry-after': '1' } },
      ];
      let calls = 0;
      let failed = 0;
      proxy.decide = async () => {
        calls += 1;
        if (calls % 5 === 0) return faults[failed++ % faults.length];
        await new Promise((resolve) => setTimeout(resolve, (calls % 7) * 20));
        return undefined;
      };
      bed.startOperator({ kubeConfig: proxy.kubeConfig });
      await runNodes(2);
      const names = Array.from({ length: 12 }, (_, index) => `m-${String(index)}`);
      for (const name of names) await bed.createMeeting(name);
      for (const name of names) expect(await placed(name)).toHaveLength(1);
      const pods = await bed.cluster.get('/api/v1/namespaces/default/pods');
      expect(pods?.['items']).toHaveLength(2);
      await bed.nodes.get('eu-0')?.close();
      for (const name of names) await eventually(async () => expect(await nodesOf(name)).toEqual(['eu-1']), patienceMs);
      expect(failed).toBeGreaterThan(8);
      expectFencesToGrow();
    },
    testMs,
  );
});

describe('a leader that is cut off in the middle of a placement', () => {
  const isStatusWrite = ({ method, url }: ProxiedRequest): boolean =>
    method === 'PATCH' && url.pathname.includes('/meetings/') && url.pathname.endsWith('/status');

  test(
    'the node was told and nothing is written: people who are there already stay',
    async () => {
      bed.startOperator({ podName: 'operator-0', kubeConfig: proxy.kubeConfig, leaseTiming });
      await runNodes(2);
      proxy.decide = (request) => (isStatusWrite(request) ? { kind: 'Hang' } : undefined);
      const { id } = await bed.createMeeting('untold');
      const holder = await eventually(() => {
        const found = [...bed.nodes.values()].find(({ topologies }) => topologies.has(id));
        expect(found).toBeDefined();
        return found!;
      }, patienceMs);
      holder.setParticipants(id, 2);
      await proxy.refuse();
      bed.startOperator({ podName: 'operator-1', leaseTiming });
      await eventually(
        async () =>
          expect((await bed.meeting('untold')).status).toMatchObject({ phase: 'Active', nodes: [holder.name] }),
        patienceMs,
      );
      expect(holder.applied.at(-1)?.term).toBeGreaterThan(holder.applied[0]?.term ?? 0);
      expectFencesToGrow();
      await proxy.accept();
    },
    testMs,
  );

  test(
    'nothing was told: the next leader places it, once',
    async () => {
      bed.startOperator({ podName: 'operator-0', kubeConfig: proxy.kubeConfig, leaseTiming });
      await runNodes(2);
      await proxy.refuse();
      const { id } = await bed.createMeeting('late');
      bed.startOperator({ podName: 'operator-1', leaseTiming });
      expect(await placed('late')).toHaveLength(1);
      expect([...bed.nodes.values()].filter(({ topologies }) => topologies.has(id))).toHaveLength(1);
      expectFencesToGrow();
      await proxy.accept();
    },
    testMs,
  );
});

test(
  'clocks that jump by an hour and back: the leader stays, no node is lost, nothing is placed anew',
  async () => {
    let offMs = 0;
    const clock = { ...systemClock, nowMs: () => Date.now() + offMs };
    // With time enough to renew it on a machine that is busy with other things: what is lost here, the jumps have lost.
    const steadyTiming = { ...leaseTiming, leaseMs: 9_000, renewDeadlineMs: 8_000 };
    const operator = bed.startOperator({ clock, leaseTiming: steadyTiming });
    await runNodes(1);
    const { id } = await bed.createMeeting('steady');
    await placed('steady');
    const { term, epoch } = bed.nodes.get('eu-0')!.topologies.get(id)!;
    for (const jumpMs of [3_600_000, -7_200_000, 0]) {
      offMs = jumpMs;
      await new Promise((resolve) => setTimeout(resolve, leaseTiming.renewDeadlineMs));
      expect(operator.isLeader()).toBe(true);
    }
    await bed.createMeeting('after');
    expect(await placed('after')).toEqual(['eu-0']);
    expect(bed.nodes.get('eu-0')?.topologies.get(id)).toMatchObject({ term, epoch });
    expect((await bed.pool('eu')).status).toMatchObject({ readyReplicas: 1 });
  },
  testMs,
);
