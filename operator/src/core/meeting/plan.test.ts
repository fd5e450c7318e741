import type { MeetingSpec } from '@parley/crds/meeting.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlacementNode } from '../placement/candidate.js';
import { createFleet, type Fleet } from '../placement/fleet.js';
import { MAX_MEETING_NODES } from '../placement/place-participants.js';
import { aMeetingSpec, aMeetingWorld, aNode } from '../testing/builders.js';
import type { MeetingTopology } from '../topology/topology.js';
import { planMeeting, type MeetingPlan, type MeetingWorld } from './plan.js';

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
  const replace = (name: string, shape: Partial<PlacementNode>): Fleet =>
    createFleet([...world.nodes.values()].map((node) => (node.name === name ? { ...node, ...shape } : node)));

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

  test('leaves a lost node for nothing where its other node has room for all', () => {
    const on = (name: string): MeetingTopology => planned(aMeetingWorld({ nodes: [aNode(name)], spec: pools('eu') }));
    const both = { ...on('eu-0'), placements: ['eu-0', 'eu-1'].flatMap((name) => on(name).placements) };
    const lostBeside = (there: number): MeetingPlan =>
      planMeeting(
        aMeetingWorld({
          spec: pools('eu'),
          previous: both,
          nodes: [
            aNode('eu-0', { state: 'Lost', participants: 30 }),
            aNode('eu-1', { participants: there }),
            aNode('eu-2'),
          ],
          participants: new Map([
            ['eu-0', 30],
            ['eu-1', there],
          ]),
        }),
      );
    const roomy = lostBeside(30);
    expect(nodesOf(roomy.topology)).toEqual(['eu-1']);
    expect(roomy.actions).toEqual([{ type: 'RemovePlacement', node: 'eu-0', reason: 'LeftLostNode' }]);
    expect(nodesOf(lostBeside(90).topology)).toEqual(['eu-2', 'eu-1']);
  });

  test('stays on a lost node while no other has room: it may only be lost to us', () => {
    expect(planMeeting({ ...world, previous, nodes: replace('us-0', { state: 'Lost' }) }).changed).toBe(false);
  });

  test('leaves a node whose pod is no more, even for nothing', () => {
    const plan = planMeeting({
      ...world,
      previous,
      nodes: createFleet([...world.nodes.values()].filter(({ name }) => name !== 'us-0')),
    });
    expect(nodesOf(plan.topology)).toEqual(['eu-0']);
    expect(plan.verdict).toMatchObject({ placed: false, reason: 'PartlyPlaced' });
  });

  test('leaves a closing node once nobody of it is there', () => {
    const nodes = replace('eu-0', { state: 'Closing' });
    const plan = planMeeting({ ...world, previous, nodes });
    expect(nodesOf(plan.topology).toSorted()).toEqual(['eu-1', 'us-0']);
    expect(plan.actions).toEqual([
      { type: 'RemovePlacement', node: 'eu-0', reason: 'Drained' },
      { type: 'AddPlacement', node: 'eu-1', reason: 'ReplacesDrainingNode' },
    ]);
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

  test('tells whether people are to hear that they are recorded', () => {
    expect(previous.settings.recordingAnnounced).toBe(false);
    const recording = { mode: 'Off', announce: true } as MeetingSpec['recording'];
    const spec = aMeetingSpec({ ...world.spec, ...(recording !== undefined && { recording }) });
    expect(planMeeting({ ...world, previous, spec })).toMatchObject({
      changed: true,
      topology: { settings: { recordingAnnounced: true } },
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

test('a lost node is left for the one that takes the place of another lost one, at once', () => {
  const before = planned(aMeetingWorld({ nodes: [aNode('eu-0')], spec: { expectedParticipants: 10 } }));
  const [first] = before.placements;
  const previous = { ...before, placements: [first!, { ...first!, node: 'eu-1' }] };
  const world = aMeetingWorld({
    nodes: [aNode('eu-1', { state: 'Lost' }), aNode('eu-2')],
    participants: new Map([['eu-0', 1]]),
    previous,
  });
  const { topology } = planMeeting(world);
  expect(nodesOf(topology)).toEqual(['eu-2']);
  expect(planMeeting({ ...world, previous: topology })).toMatchObject({ changed: false, actions: [] });
});

test('a hub that is lost and has nobody to take its place is a hub no more: what others send leads around it', () => {
  const names = ['eu-0', 'us-0', 'ap-0', 'za-0'];
  const nodes = names.map((name) => aNode(name));
  const spec = pools('eu', 'us', 'ap', 'za');
  const before = planned(aMeetingWorld({ nodes, spec }));
  const hub = before.relays.find(({ kind }) => kind === 'Leaf')?.listener ?? before.relays[0]?.dialer ?? '';
  const world = aMeetingWorld({
    nodes: names.map((name) => aNode(name, name === hub ? { state: 'Lost' } : {})),
    previous: before,
    spec,
  });
  const { topology } = planMeeting(world);
  expect(nodesOf(topology)).toEqual(nodesOf(before));
  const ofHub = topology.relays.filter(({ dialer, listener }) => dialer === hub || listener === hub);
  expect(ofHub).toEqual([expect.objectContaining({ dialer: hub, kind: 'Leaf' })]);
  expect(planMeeting({ ...world, previous: topology })).toMatchObject({ changed: false, actions: [] });
});

describe('two nodes that do not reach each other', () => {
  const isCut = (a: string, b: string): boolean => [a, b].toSorted().join(' ') === 'eu-0 us-0';
  const nodes = [aNode('eu-0'), aNode('us-0')];
  const before = planned(aMeetingWorld({ nodes, spec: pools('eu', 'us') }));
  const cutWorld = (more: readonly PlacementNode[]): MeetingWorld =>
    aMeetingWorld({ nodes: [...nodes, ...more], previous: before, spec: pools('eu', 'us'), isCut });

  test('get a third between them, and it is said why', () => {
    const plan = planMeeting(cutWorld([aNode('us-1')]));
    expect(nodesOf(plan.topology)).toEqual(['eu-0', 'us-0', 'us-1']);
    expect(plan.topology.relays.map(({ dialer, listener }) => [dialer, listener])).toEqual([
      ['eu-0', 'us-1'],
      ['us-0', 'us-1'],
    ]);
    expect(plan.actions).toEqual([
      { type: 'AddPlacement', node: 'us-1', reason: 'BridgesCutNodes' },
      { type: 'AvoidRelay', between: ['eu-0', 'us-0'], reason: 'RelayCut' },
    ]);
    expect(plan.verdict).toMatchObject({ placed: true, reason: 'Placed' });
    expect(planMeeting({ ...cutWorld([aNode('us-1')]), previous: plan.topology })).toMatchObject({
      changed: false,
      actions: [],
    });
  });

  test('stay as they are where there is no third, and the meeting says that its people are cut off', () => {
    const plan = planMeeting(cutWorld([]));
    expect(plan).toMatchObject({ changed: false, actions: [], verdict: { placed: true, reason: 'NodesCutOff' } });
  });
});

describe('a node that is to go', () => {
  const on = (...names: string[]): MeetingTopology => {
    const spec = pools(...new Set(names.map((name) => name.slice(0, name.lastIndexOf('-')))));
    return planned(aMeetingWorld({ nodes: names.map((name) => aNode(name)), spec }));
  };
  /** `eu-0*` drains. */
  const shownOf = (topology: MeetingTopology): string =>
    topology.placements.map(({ node, draining }) => (draining ? `${node}*` : node)).join(' ');
  const settle = (world: MeetingWorld): [shown: string, did: string[], reason: string] => {
    const { topology, actions, verdict, changed } = planMeeting(world);
    expect(changed).toBe(world.previous === undefined || shownOf(topology) !== shownOf(world.previous));
    expect(planMeeting({ ...world, previous: topology })).toMatchObject({ changed: false, actions: [], topology });
    const did = actions.map(
      ({ type, reason, ...action }) => `${type} ${'node' in action ? action.node : ''} ${reason}`,
    );
    return [shownOf(topology), did, verdict.reason];
  };
  const closing = aNode('eu-0', { state: 'Closing', participants: 10 });
  const both: MeetingTopology = {
    ...on('eu-0'),
    placements: ['eu-0', 'eu-1'].flatMap((name) => on(name).placements),
    relays: [{ dialer: 'eu-0', listener: 'eu-1', kind: 'Peer' }],
  };
  const draining: MeetingTopology = {
    ...both,
    placements: both.placements.map((placement) => ({ ...placement, draining: placement.node === 'eu-0' })),
  };
  const spec = pools('eu');

  test.each<[string, Parameters<typeof aMeetingWorld>[0], string, string[], string]>([
    [
      'drains into a node that is added first',
      { spec, previous: on('eu-0'), nodes: [closing, aNode('eu-1')] },
      'eu-0* eu-1',
      ['AddPlacement eu-1 ReplacesDrainingNode', 'DrainPlacement eu-0 Draining'],
      'Placed',
    ],
    [
      'is not left before it is the meeting’s turn',
      { spec, previous: on('eu-0'), nodes: [closing, aNode('eu-1')], departures: new Map() },
      'eu-0',
      [],
      'Placed',
    ],
    [
      'is left at its deadline for where the meeting is, room or no room',
      {
        spec,
        previous: both,
        nodes: [closing, aNode('eu-1', { participants: 100 }), aNode('eu-2')],
        departures: new Map([['eu-0', 'Reconnect']]),
      },
      'eu-1',
      ['RemovePlacement eu-0 DrainDeadline'],
      'Placed',
    ],
    [
      'is left at its deadline for another node, too',
      {
        spec,
        previous: on('eu-0'),
        nodes: [closing, aNode('eu-1', { participants: 95 })],
        departures: new Map([['eu-0', 'Reconnect']]),
      },
      'eu-1',
      ['RemovePlacement eu-0 DrainDeadline', 'AddPlacement eu-1 ReplacesDrainingNode'],
      'Placed',
    ],
    [
      'is left at its deadline even where there is no other',
      { spec, previous: on('eu-0'), nodes: [closing], departures: new Map([['eu-0', 'Reconnect']]) },
      '',
      ['RemovePlacement eu-0 DrainDeadline'],
      'NoNodeReady',
    ],
    [
      'drains into one that the meeting has, where all find room',
      { spec, previous: both, nodes: [closing, aNode('eu-1', { participants: 90 }), aNode('eu-2')] },
      'eu-0* eu-1',
      ['DrainPlacement eu-0 Draining'],
      'Placed',
    ],
    [
      'needs another where the one that the meeting has is too full for all',
      { spec, previous: both, nodes: [closing, aNode('eu-1', { participants: 91 }), aNode('eu-2')] },
      'eu-0* eu-1 eu-2',
      ['AddPlacement eu-2 ReplacesDrainingNode', 'DrainPlacement eu-0 Draining'],
      'Placed',
    ],
    [
      'needs another where the meeting’s share of the one that it has is used up',
      {
        spec: { ...spec, maxParticipants: 12 },
        previous: both,
        nodes: [closing, aNode('eu-1', { participants: 3 }), aNode('eu-2')],
        participants: new Map([
          ['eu-0', 10],
          ['eu-1', 3],
        ]),
      },
      'eu-0* eu-1 eu-2',
      ['AddPlacement eu-2 ReplacesDrainingNode', 'DrainPlacement eu-0 Draining'],
      'Placed',
    ],
    [
      'stays as it is where no node has room for all, and says so',
      { spec, previous: on('eu-0'), nodes: [closing, aNode('eu-1', { participants: 91 })] },
      'eu-0',
      [],
      'DrainWaits',
    ],
    [
      'does not drain into another pool',
      { spec: pools('eu', 'us'), previous: on('eu-0', 'us-0'), nodes: [closing, aNode('us-0'), aNode('us-1')] },
      'eu-0 us-0',
      [],
      'DrainWaits',
    ],
    [
      'drains into its region where the meeting names no pools',
      { previous: on('eu-0'), nodes: [closing, aNode('us-0'), aNode('spare-0', { region: 'eu' })] },
      'eu-0* spare-0',
      ['AddPlacement spare-0 ReplacesDrainingNode', 'DrainPlacement eu-0 Draining'],
      'Placed',
    ],
    [
      'goes on draining when others took the room meanwhile, and waits for more',
      { spec, previous: draining, nodes: [closing, aNode('eu-1', { participants: 100 })] },
      'eu-0* eu-1',
      [],
      'DrainWaits',
    ],
    [
      'drains no more when the node that its people were to go to is lost',
      { spec, previous: draining, nodes: [closing, aNode('eu-1', { state: 'Lost' })] },
      'eu-0 eu-1',
      [],
      'DrainWaits',
    ],
    [
      'drains no more when it is needed after all',
      { spec, previous: draining, nodes: [aNode('eu-0'), aNode('eu-1')] },
      'eu-0 eu-1',
      [],
      'Placed',
    ],
    [
      'goes on draining while it is not ready for a moment',
      { spec, previous: draining, nodes: [aNode('eu-0', { state: 'Unready' }), aNode('eu-1')] },
      'eu-0* eu-1',
      [],
      'Placed',
    ],
    [
      'goes when nobody is on it, and needs no replacement where the meeting has another',
      {
        spec,
        previous: draining,
        nodes: [closing, aNode('eu-1', { participants: 100 }), aNode('eu-2')],
        participants: new Map([['eu-1', 10]]),
      },
      'eu-1',
      ['RemovePlacement eu-0 Drained'],
      'Placed',
    ],
    [
      'goes, drained, when its pod has ended before that was seen',
      { spec, previous: draining, nodes: [aNode('eu-1'), aNode('eu-2')], participants: new Map([['eu-1', 10]]) },
      'eu-1',
      ['RemovePlacement eu-0 Drained'],
      'Placed',
    ],
    [
      'stays, empty, where nothing can take its place',
      { spec, previous: on('eu-0'), nodes: [closing], participants: new Map() },
      'eu-0',
      [],
      'Placed',
    ],
    [
      'goes, empty, without pools, where the meeting is in another region',
      {
        previous: { ...on('us-0'), placements: [...on('eu-0').placements, ...on('us-0').placements] },
        nodes: [closing, aNode('us-0'), aNode('us-1')],
        participants: new Map(),
      },
      'us-0',
      ['RemovePlacement eu-0 Drained'],
      'Placed',
    ],
  ])('%s', (_, part, ...expected) => {
    const world = aMeetingWorld({ participants: new Map([['eu-0', 10]]), ...part });
    // As they are in that world, so that only what is under test changes.
    const previous = world.previous && {
      ...world.previous,
      settings: planned({ ...world, previous: undefined }).settings,
    };
    expect(settle({ ...world, previous })).toEqual(expected);
  });

  test('waits when the meeting is on as many nodes as it may be', () => {
    const names = Array.from({ length: MAX_MEETING_NODES + 1 }, (_, index) => `eu-${String(index)}`);
    const full = names.map((name) => aNode(name, { participants: 100 }));
    const previous = { ...on('eu-0'), placements: names.slice(1).flatMap((name) => on(name).placements) };
    const nodes = [...full.slice(2), aNode('eu-1', { state: 'Closing', participants: 10 }), aNode('eu-0')];
    const world = aMeetingWorld({ spec, previous, nodes, participants: new Map([['eu-1', 10]]) });
    expect(planMeeting(world)).toMatchObject({ actions: [], verdict: { reason: 'DrainWaits' } });
  });

  test('two of one meeting are not promised the same room', () => {
    const world = aMeetingWorld({
      spec,
      previous: both,
      nodes: [closing, aNode('eu-1', { state: 'Closing', participants: 10 }), aNode('eu-2', { participants: 85 })],
      participants: new Map([
        ['eu-0', 10],
        ['eu-1', 10],
      ]),
    });
    expect(settle(world)).toMatchObject(['eu-0* eu-1 eu-2', {}, 'DrainWaits']);
    const nodes = createFleet([...world.nodes.values(), aNode('eu-3', { participants: 85 })]);
    expect(settle({ ...world, nodes })).toMatchObject(['eu-0* eu-1* eu-2 eu-3', {}, 'Placed']);
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
  const recorders = fc.option(fc.subarray(['r-1', 'r-2', 'r-3']), { nil: undefined });
  const worlds = fc.array(fc.record({ nodes, people, recorders }), { minLength: 1, maxLength: 6 });

  const isWanted = ({ spec }: MeetingWorld, name: string): boolean =>
    spec.pools.length === 0 || spec.pools.some((pool) => name.startsWith(`${pool.name}-`));

  /** Make before break, and nobody is left behind. */
  const checkDraining = ({ placements }: MeetingTopology, world: MeetingWorld, before: MeetingTopology): void => {
    const states = new Map([...world.nodes.values()].map(({ name, state }) => [name, state]));
    const serving = new Set(placements.filter(({ node }) => states.get(node) === 'Serving').map(({ pool }) => pool));
    for (const { node, pool, draining } of placements)
      if (draining && states.get(node) === 'Closing') expect(serving).toContain(pool);
    for (const { node } of before.placements)
      if (states.get(node) === 'Closing' && (world.participants.get(node) ?? 0) > 0 && isWanted(world, node))
        expect(placements.map((placement) => placement.node)).toContain(node);
  };

  /** Each recorder has one tap, on a node of the meeting, and is not moved from one that serves. */
  const checkTaps = (topology: MeetingTopology, world: MeetingWorld, previous: MeetingTopology | undefined): void => {
    const wanted = world.recorders ?? previous?.taps.map(({ recorder }) => recorder) ?? [];
    expect(topology.taps.map(({ recorder }) => recorder)).toEqual(topology.placements.length > 0 ? wanted : []);
    for (const { recorder, node } of topology.taps) {
      expect(nodesOf(topology)).toContain(node);
      const before = previous?.taps.find((tap) => tap.recorder === recorder)?.node;
      const there = topology.placements.find((placement) => placement.node === before);
      if (there?.draining === false && world.nodes.get(there.node)?.state !== 'Lost') expect(node).toBe(before);
    }
  };

  interface Step {
    readonly nodes: PlacementNode[];
    readonly people: Record<string, number>;
    readonly recorders: string[] | undefined;
  }

  /** Drives one meeting through changing worlds, each planned until nothing changes. */
  const through = (spec: string[], steps: Step[]): void => {
    let previous: MeetingTopology | undefined;
    for (const step of steps) {
      const world = aMeetingWorld({
        nodes: step.nodes,
        pools: new Set(['eu', 'us', 'ap']),
        participants: new Map(Object.entries(step.people)),
        recorders: step.recorders,
        spec: pools(...spec),
      });
      const plan = planMeeting({ ...world, previous });
      check(plan.topology, world, previous);
      checkTaps(plan.topology, world, previous);
      if (previous !== undefined) checkDraining(plan.topology, world, previous);
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
    const known = new Map([...world.nodes.values()].map(({ name, state }) => [name, state]));
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

describe('a webinar', () => {
  const hash = (of: string): { kind: 'Hashed'; hash: string } => ({ kind: 'Hashed', hash: `$argon2id$${of}` });
  const spec = { mode: 'Webinar' as const, expectedParticipants: 1 };
  /** Speakers on eu-0, viewers on eu-1 and eu-2. */
  const webinar = ({
    nodes = ['eu-0', 'eu-1', 'eu-2'].map((name) => aNode(name)),
    ...world
  }: Parameters<typeof aMeetingWorld>[0] = {}): MeetingWorld => {
    const first = planned(aMeetingWorld({ spec, nodes: [aNode('eu-0')] }));
    const placement = (node: string): MeetingTopology['placements'][number] => ({
      ...first.placements[0]!,
      node,
      grpcAddress: `${node}:7000`,
      viewersOnly: node !== 'eu-0',
    });
    const previous = { ...first, placements: ['eu-0', 'eu-1', 'eu-2'].map(placement) };
    const people = new Map(['eu-0', 'eu-1', 'eu-2'].map((name) => [name, 10]));
    return aMeetingWorld({ spec, participants: people, previous, nodes, ...world });
  };
  const forViewers = (topology: MeetingTopology): string[] =>
    topology.placements.filter(({ viewersOnly }) => viewersOnly).map(({ node }) => node);

  test('tells signaling what speakers give, and waits while that is not known', () => {
    const { settings } = planned(aMeetingWorld({ spec, speakerPasscode: hash('s') }));
    expect(settings).toMatchObject({ webinar: true, passcodeHash: '', speakerPasscodeHash: '$argon2id$s' });
    const waiting = planMeeting(aMeetingWorld({ spec, speakerPasscode: { kind: 'Missing' } }));
    expect(waiting).toMatchObject({ topology: { state: 'Pending' }, verdict: { reason: 'PasscodeSecretMissing' } });
  });

  test('tells signaling what hosts give; while that is not known nobody is a host, and people meet all the same', () => {
    const known = planned(aMeetingWorld({ spec, hostPasscode: hash('h') }));
    expect(known.settings).toMatchObject({ hostPasscodeHash: '$argon2id$h', recordable: false });
    const unknown = planned(aMeetingWorld({ spec, hostPasscode: { kind: 'Missing' } }));
    expect(unknown).toMatchObject({ state: 'Placed', settings: { hostPasscodeHash: '' } });
    const gone = planned(aMeetingWorld({ spec, hostPasscode: { kind: 'Missing' }, previous: known }));
    expect(gone.settings.hostPasscodeHash).toBe('$argon2id$h');
  });

  test('hangs viewers’ nodes below the speakers’', () => {
    expect(planned(webinar()).relays).toEqual([
      { dialer: 'eu-1', listener: 'eu-0', kind: 'Leaf' },
      { dialer: 'eu-2', listener: 'eu-0', kind: 'Leaf' },
    ]);
  });

  test('has another node for speakers in place of a lost one, whatever room viewers’ nodes have', () => {
    const nodes = [aNode('eu-0', { state: 'Lost' }), aNode('eu-1'), aNode('eu-2'), aNode('eu-3')];
    const topology = planned(webinar({ nodes }));
    expect(nodesOf(topology).toSorted()).toEqual(['eu-1', 'eu-2', 'eu-3']);
    expect(forViewers(topology)).toEqual(['eu-1', 'eu-2']);
  });

  test('lets speakers on a viewers’ node when there is no other in place of a lost one', () => {
    const nodes = [aNode('eu-0', { state: 'Lost' }), aNode('eu-1'), aNode('eu-2')];
    expect(forViewers(planned(webinar({ nodes })))).toEqual(['eu-2']);
  });

  test.each([
    ['speakers to another of theirs', [aNode('eu-3')], ['eu-1', 'eu-2'], 'eu-3'],
    ['speakers to a viewers’ node when there is no other, which becomes theirs', [], ['eu-2'], undefined],
  ])('drains %s', (_, more, viewers, added) => {
    const nodes = [aNode('eu-0', { state: 'Closing' }), aNode('eu-1'), aNode('eu-2'), ...more];
    const { topology, actions } = planMeeting(webinar({ nodes }));
    expect(forViewers(topology)).toEqual(viewers);
    expect(topology.placements.find(({ node }) => node === 'eu-0')).toMatchObject({
      draining: true,
      viewersOnly: false,
    });
    expect(actions.find(({ type }) => type === 'AddPlacement')).toEqual(
      added === undefined ? undefined : { type: 'AddPlacement', node: added, reason: 'ReplacesDrainingNode' },
    );
  });

  test('what takes the place of a viewers’ node is one, too', () => {
    const nodes = [
      aNode('eu-0', { participants: 100 }),
      aNode('eu-1', { state: 'Lost' }),
      aNode('eu-2'),
      aNode('eu-3'),
    ];
    const full = webinar({
      nodes: nodes.map((node) => (node.name === 'eu-2' ? aNode('eu-2', { participants: 95 }) : node)),
    });
    expect(forViewers(planned(full))).toEqual(['eu-3', 'eu-2']);
  });
});
