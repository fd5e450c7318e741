/** Laws 1 and 3: a leader that takes over tells nodes what they lack, and nothing else; also when it dies in the middle of that. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Operator } from '../../../src/operator.js';
import { eventually } from './cluster-client.js';
import { createMortalClient } from './mortal-client.js';
import { createTestBed, paths, type TestBed } from './test-bed.js';

const leaseTiming = { leaseMs: 3_000, renewDeadlineMs: 2_000, retryMs: 200 };
const NODES = ['eu-0', 'eu-1', 'us-0', 'us-1'];

/** What may happen while nobody leads. */
interface Absence {
  readonly restarted: readonly string[];
  readonly renamed: readonly number[];
  readonly deleted: readonly number[];
  readonly created: number;
  /** The leader after it dies at so many-th request to the API server; undefined: it lives. */
  readonly dies: number | undefined;
}

describe('a leader that takes over', () => {
  let bed: TestBed;
  let operator: Operator;
  let replica = 0;
  const meetings = new Map<string, { readonly id: string; title: string }>();

  const start = (wrap?: ReturnType<typeof createMortalClient>['wrap']): Operator => {
    replica += 1;
    const podName = `operator-${String(replica)}`;
    return bed.startOperator({ podName, leaseTiming, ...(wrap !== undefined && { wrapClient: wrap }) });
  };
  const create = async (name: string): Promise<void> => {
    // Every other one is on two nodes, with a relay in between.
    const pools = meetings.size % 2 === 0 ? [{ name: 'eu' }] : [{ name: 'eu' }, { name: 'us' }];
    const { id } = await bed.createMeeting(name, { title: name, pools });
    meetings.set(name, { id, title: name });
  };
  const isInOrder = async (): Promise<void> => {
    for (const [name, { id, title }] of meetings) {
      const { status } = await bed.meeting(name);
      expect(status).toMatchObject({ phase: 'Placed' });
      const nodes = status?.['nodes'] as string[];
      const held = nodes.map((node) => bed.nodes.get(node)?.topologies.get(id));
      for (const topology of held) {
        expect(topology?.settings?.title).toBe(title);
        expect(topology?.epoch).toBe(status?.['epoch']);
        expect(topology?.placements.map(({ node }) => node)).toEqual(nodes);
      }
      // One that holds it by a later term would not let in the other's relays.
      expect(new Set(held.map((topology) => topology?.term)).size).toBe(1);
    }
    const ids = new Set([...meetings.values()].map(({ id }) => id));
    for (const node of bed.nodes.values()) for (const id of node.topologies.keys()) expect(ids).toContain(id);
  };

  beforeAll(async () => {
    bed = await createTestBed();
    await bed.createHost('host-a');
    operator = start();
    for (const name of ['eu', 'us']) await bed.createPool(name, { region: name, replicas: 2 });
    for (const name of NODES) await bed.runPod(name);
    for (const name of ['eu', 'us'])
      await eventually(async () => expect((await bed.pool(name)).status).toMatchObject({ readyReplicas: 2 }));
    for (let index = 0; index < 16; index += 1) await create(`meeting-${String(index)}`);
    await eventually(isInOrder, 30_000);
  }, 120_000);
  afterAll(() => bed.close());

  const happen = async (absence: Absence): Promise<ReadonlySet<string>> => {
    const concerned = new Set<string>();
    for (const name of new Set(absence.restarted)) {
      for (const id of bed.nodes.get(name)?.topologies.keys() ?? []) concerned.add(id);
      await bed.restartNode(name);
    }
    const names = [...meetings.keys()];
    const pick = (index: number): string => names[index % names.length] ?? '';
    const deleted = new Set(absence.deleted.map(pick));
    for (const name of new Set(absence.renamed.map(pick))) {
      const meeting = meetings.get(name);
      if (meeting === undefined || deleted.has(name)) continue;
      meeting.title = `${name} of ${String(replica)}`;
      concerned.add(meeting.id);
      await bed.cluster.merge(paths.meeting(name), { spec: { title: meeting.title } });
    }
    for (const name of deleted) {
      concerned.add(meetings.get(name)?.id ?? '');
      await bed.cluster.delete(paths.meeting(name));
      meetings.delete(name);
    }
    for (let index = 0; index < absence.created; index += 1) {
      const name = `created-${String(replica)}-${String(index)}`;
      await create(name);
      concerned.add(meetings.get(name)?.id ?? '');
    }
    return concerned;
  };

  test('tells what is lacking, and only that, whatever happened meanwhile and wherever it dies', async () => {
    const absences = fc.record<Absence>({
      restarted: fc.array(fc.constantFrom(...NODES), { maxLength: 1 }),
      renamed: fc.array(fc.nat(99), { maxLength: 2 }),
      deleted: fc.array(fc.nat(99), { maxLength: 1 }),
      created: fc.nat(2),
      dies: fc.option(fc.integer({ min: 8, max: 40 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(absences, async (absence) => {
        await operator.close();
        const concerned = await happen(absence);
        const toldBefore = new Map([...bed.nodes.values()].map((node) => [node, node.applied.length]));
        if (absence.dies !== undefined) {
          let requests = 0;
          const mortal = createMortalClient(() => (++requests === absence.dies ? 'After' : undefined));
          const dying = start(mortal.wrap);
          await eventually(async () => {
            if (!mortal.isDead) await isInOrder();
          }, 30_000);
          await dying.close();
        }
        operator = start();
        await eventually(isInOrder, 30_000);
        for (const [node, before] of toldBefore) {
          const told = node.applied.slice(before).map(({ meetingId }) => meetingId);
          for (const id of told) expect(concerned).toContain(id);
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  }, 240_000);
});
