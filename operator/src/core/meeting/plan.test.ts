import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlacementNode } from '../placement/candidate.js';
import { aMeetingWorld, aNode } from '../testing/builders.js';
import type { MeetingTopology } from '../topology/topology.js';
import { planMeeting, type MeetingWorld } from './plan.js';

const nodesOf = (topology: MeetingTopology): string[] => topology.placements.map(({ node }) => node);
const planned = (world: MeetingWorld): MeetingTopology => planMeeting(world).topology;
const pools = (...names: string[]): { pools: { name: string }[] } => ({ pools: names.map((name) => ({ name })) });

describe('a new meeting', () => {
  test('without pools gets one node', () => {
    const plan = planMeeting(aMeetingWorld());
    expect(plan.topology).toMatchObject({
      state: 'Placed',
      epoch: 1,
      placements: [{ node: 'eu-0', participantLimit: 100 }],
    });
    expect(plan).toMatchObject({ changed: true, verdict: { placed: true, reason: 'Placed' } });
    expect(plan.actions).toEqual([{ type: 'AddPlacement', node: 'eu-0', reason: 'FirstNode' }]);
  });

  test('gets a node in each pool that it asks for, joined by a relay', () => {
    const { topology, actions } = planMeeting(aMeetingWorld({ spec: pools('us', 'eu') }));
    expect(nodesOf(topology)).toEqual(['us-0', 'eu-0']);
    expect(topology.relays).toEqual([{ dialer: 'eu-0', listener: 'us-0', kind: 'Peer' }]);
    expect(actions.map(({ reason }) => reason)).toEqual(['RequestedPool', 'RequestedPool']);
  });

  test('goes to the fullest node that still fits its size, so that others empty', () => {
    const nodes = [
      aNode('eu-0', { participants: 10 }),
      aNode('eu-1', { participants: 60 }),
      aNode('eu-2', { participants: 75 }),
    ];
    expect(nodesOf(planned(aMeetingWorld({ nodes })))).toEqual(['eu-1']);
  });

  test('counts whom other meetings on a node still expect', () => {
    const nodes = [aNode('eu-0', { expected: 75 }), aNode('eu-1')];
    expect(nodesOf(planned(aMeetingWorld({ nodes })))).toEqual(['eu-1']);
  });

  test('goes to the emptiest when its size fits nowhere', () => {
    const nodes = [aNode('eu-0', { participants: 60 }), aNode('eu-1', { participants: 50 })];
    expect(nodesOf(planned(aMeetingWorld({ nodes, spec: { expectedParticipants: 90 } })))).toEqual(['eu-1']);
  });

  test.each([
    ['no node at all', [], 'NoNodeReady'],
    ['only nodes that start', [aNode('eu-0', { state: 'Unready' })], 'NoNodeReady'],
    ['only full nodes', [aNode('eu-0', { participants: 100 })], 'NoCapacity'],
    ['only nodes without consumers left', [aNode('eu-0', { consumers: 10_000 })], 'NoCapacity'],
    ['only nodes whose workers are at their end', [aNode('eu-0', { workerCpu: 0.95 })], 'NoCapacity'],
  ])('waits with %s', (_, nodes, reason) => {
    const plan = planMeeting(aMeetingWorld({ nodes }));
    expect(plan.topology).toMatchObject({ state: 'Pending', epoch: 1, placements: [] });
    expect(plan.verdict).toMatchObject({ placed: false, reason });
  });

  test('says which pool owes it a node, and why', () => {
    const plan = planMeeting(aMeetingWorld({ nodes: [aNode('eu-0')], spec: pools('eu', 'nowhere') }));
    expect(plan.topology.state).toBe('Placed');
    expect(plan.verdict).toEqual({
      placed: false,
      reason: 'PartlyPlaced',
      owing: [{ pool: 'nowhere', reason: 'PoolNotFound' }],
    });
  });

  test('waits without its passcode: to be open would be worse', () => {
    const plan = planMeeting(aMeetingWorld({ passcode: { kind: 'Missing' } }));
    expect(plan.topology.placements).toEqual([]);
    expect(plan.verdict.reason).toBe('PasscodeSecretMissing');
  });
});

describe('a meeting that is there', () => {
  const world = aMeetingWorld({ nodes: [aNode('eu-0'), aNode('eu-1'), aNode('us-0')], spec: pools('eu', 'us') });
  const previous = planned(world);
  const replace = (name: string, shape: Partial<PlacementNode>): PlacementNode[] =>
    world.nodes.map((node) => (node.name === name ? { ...node, ...shape } : node));

  test('stays as it is', () => {
    expect(planMeeting({ ...world, previous })).toMatchObject({ changed: false, actions: [], topology: previous });
  });

  test('is told anew, with the same epoch, by a new leader', () => {
    const plan = planMeeting({ ...world, previous, term: 2 });
    expect(plan).toMatchObject({ changed: true, topology: { term: 2, epoch: previous.epoch } });
  });

  test('leaves a lost node for another of its pool, with a higher epoch', () => {
    const plan = planMeeting({ ...world, previous, nodes: replace('eu-0', { state: 'Lost' }) });
    expect(nodesOf(plan.topology).toSorted()).toEqual(['eu-1', 'us-0']);
    expect(plan.topology.epoch).toBe(previous.epoch + 1);
    expect(plan.actions).toEqual([
      { type: 'RemovePlacement', node: 'eu-0', reason: 'ReplacedLostNode' },
      { type: 'AddPlacement', node: 'eu-1', reason: 'ReplacedLostNode' },
    ]);
  });

  test('stays on a lost node while no other has room: it may only be lost to us', () => {
    expect(planMeeting({ ...world, previous, nodes: replace('us-0', { state: 'Lost' }) }).changed).toBe(false);
  });

  test('leaves a node whose pod is no more, even for nothing', () => {
    const plan = planMeeting({ ...world, previous, nodes: world.nodes.filter(({ name }) => name !== 'us-0') });
    expect(nodesOf(plan.topology)).toEqual(['eu-0']);
    expect(plan.verdict).toMatchObject({ placed: false, reason: 'PartlyPlaced' });
  });

  test('leaves a closing node once nobody of it is there', () => {
    const nodes = replace('eu-0', { state: 'Closing' });
    const inUse = planMeeting({ ...world, previous, nodes, participants: new Map([['eu-0', 1]]) });
    expect(inUse.changed).toBe(false);
    expect(nodesOf(planned({ ...world, previous, nodes })).toSorted()).toEqual(['eu-1', 'us-0']);
  });

  test('stays on a node that is not ready for a moment', () => {
    expect(planMeeting({ ...world, previous, nodes: replace('eu-0', { state: 'Unready' }) }).changed).toBe(false);
  });

  test('tells of new addresses, title and limits', () => {
    const moved = planMeeting({ ...world, previous, nodes: replace('eu-0', { announcedAddresses: ['203.0.113.7'] }) });
    expect(moved.topology.placements[0]?.announcedAddresses).toEqual(['203.0.113.7']);
    const renamed = planMeeting({ ...world, previous, spec: { ...world.spec, title: 'New', maxParticipants: 20 } });
    expect(renamed.topology).toMatchObject({
      epoch: previous.epoch + 1,
      settings: { title: 'New', maxParticipants: 20 },
      placements: [{ participantLimit: 20 }, { participantLimit: 20 }],
    });
  });

  test('keeps its passcode when the Secret is gone', () => {
    const guarded = planned({ ...world, passcode: { kind: 'Hashed', hash: '$argon2id$x' } });
    const plan = planMeeting({ ...world, previous: guarded, passcode: { kind: 'Missing' } });
    expect(plan).toMatchObject({ changed: false, topology: { settings: { passcodeHash: '$argon2id$x' } } });
  });

  test('ends, once, and never comes back', () => {
    const ended = planMeeting({ ...world, previous, spec: { ...world.spec, ended: true } });
    expect(ended.topology).toMatchObject({
      state: 'Ended',
      endReason: 'EndedByHost',
      placements: [],
      epoch: previous.epoch + 1,
    });
    expect(planMeeting({ ...world, previous: ended.topology })).toMatchObject({
      changed: false,
      topology: ended.topology,
    });
  });
});

describe('in any world', () => {
  const node = fc
    .record({
      pool: fc.constantFrom('eu', 'us', 'ap'),
      ordinal: fc.nat(4),
      state: fc.constantFrom('Serving' as const, 'Closing' as const, 'Unready' as const, 'Lost' as const),
      participants: fc.nat(120),
    })
    .map(({ pool, ordinal, state, participants }) => aNode(`${pool}-${String(ordinal)}`, { state, participants }));
  const nodes = fc.uniqueArray(node, { selector: ({ name }) => name, maxLength: 12 });
  const wanted = fc.subarray(['eu', 'us', 'ap']);
  const people = fc.dictionary(fc.constantFrom('eu-0', 'eu-1', 'us-0', 'ap-0'), fc.nat(30));
  const worlds = fc.array(fc.record({ nodes, people }), { minLength: 1, maxLength: 6 });

  /** Drives one meeting through changing worlds, each planned until nothing changes. */
  const through = (spec: string[], steps: { nodes: PlacementNode[]; people: Record<string, number> }[]): void => {
    let previous: MeetingTopology | undefined;
    for (const step of steps) {
      const world = aMeetingWorld({
        nodes: step.nodes,
        pools: new Set(['eu', 'us', 'ap']),
        participants: new Map(Object.entries(step.people)),
        spec: pools(...spec),
      });
      const plan = planMeeting({ ...world, previous });
      check(plan.topology, world, previous);
      expect(planMeeting({ ...world, previous: plan.topology })).toMatchObject({
        changed: false,
        topology: plan.topology,
      });
      previous = plan.topology;
    }
  };
  const check = (topology: MeetingTopology, world: MeetingWorld, previous: MeetingTopology | undefined): void => {
    const names = nodesOf(topology);
    expect(new Set(names).size).toBe(names.length);
    expect(topology.epoch).toBeGreaterThanOrEqual(previous?.epoch ?? 1);
    const known = new Map(world.nodes.map(({ name, state }) => [name, state]));
    for (const name of names) {
      expect(known.has(name)).toBe(true);
      if (previous?.placements.some((placement) => placement.node === name) !== true)
        expect(known.get(name)).toBe('Serving');
    }
    for (const { dialer, listener } of topology.relays)
      expect(names).toEqual(expect.arrayContaining([dialer, listener]));
    if (world.spec.pools.length > 0)
      for (const { pool } of topology.placements) expect(world.spec.pools.map(({ name }) => name)).toContain(pool);
  };

  test('plans converge at once, epochs grow, nodes exist, and only serving ones are added', () => {
    fc.assert(fc.property(wanted, worlds, through), { numRuns: 300 });
  });

  test('nobody is moved from a node that serves', () => {
    fc.assert(
      fc.property(nodes, nodes, (before, after) => {
        const first = planned(aMeetingWorld({ nodes: before }));
        const second = planned(aMeetingWorld({ nodes: after, previous: first }));
        for (const name of nodesOf(first)) {
          if (after.some((other) => other.name === name && other.state === 'Serving'))
            expect(nodesOf(second)).toContain(name);
        }
      }),
    );
  });
});
