import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aPoolNode, aPoolWorld, NOW_MS } from '../testing/builders.js';
import { CLOSE_GRACE_MS, FAILED_POD_AGE_MS, planPool, type PoolAction } from './plan.js';
import type { ObservedNode, PoolWorld } from './world.js';

const closed = NOW_MS - CLOSE_GRACE_MS;
const told = (actions: readonly PoolAction[]): string[] =>
  actions.map(({ type, node, reason }) => `${type} ${node} ${reason}`);

describe('planPool', () => {
  test.each<[string, PoolWorld, string[]]>([
    [
      'makes what is missing',
      aPoolWorld({ desired: 2 }),
      ['CreatePod eu-0 BelowDesired', 'CreatePod eu-1 BelowDesired'],
    ],
    [
      'fills gaps in the names',
      aPoolWorld({ desired: 2, nodes: [aPoolNode('eu-1')] }),
      ['CreatePod eu-0 BelowDesired'],
    ],
    ['leaves what is right alone', aPoolWorld({ nodes: [aPoolNode('eu-0')] }), []],
    [
      'gives a pod its certificate',
      aPoolWorld({ nodes: [aPoolNode('eu-0')], certificates: [] }),
      ['IssueCertificate eu-0 CertificateMissing'],
    ],
    [
      'renews a certificate in time',
      aPoolWorld({ nodes: [aPoolNode('eu-0')], certificates: [{ node: 'eu-0', state: 'CertificateExpiring' }] }),
      ['IssueCertificate eu-0 CertificateExpiring'],
    ],
    [
      'replaces a failed node under another name',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { phase: 'Failed' })] }),
      ['DeletePod eu-0 NodeFailed', 'CreatePod eu-1 BelowDesired'],
    ],
    [
      'waits a little with one that failed at once',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { phase: 'Failed', createdAtMs: NOW_MS - FAILED_POD_AGE_MS + 1 })] }),
      [],
    ],
    [
      'does not count one that ends',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { phase: 'Ending' })] }),
      ['CreatePod eu-1 BelowDesired'],
    ],
    [
      'removes a surplus node that is not up at once',
      aPoolWorld({
        desired: 1,
        nodes: [aPoolNode('eu-0', { participants: 3 }), aPoolNode('eu-1', { phase: 'Starting' })],
      }),
      ['DeletePod eu-1 AboveDesired'],
    ],
    [
      'closes a surplus node first, the emptiest',
      aPoolWorld({ nodes: [aPoolNode('eu-0'), aPoolNode('eu-1', { participants: 1 })] }),
      ['CloseNode eu-0 AboveDesired'],
    ],
    [
      'of empty ones the last made',
      aPoolWorld({ nodes: [aPoolNode('eu-0'), aPoolNode('eu-1')] }),
      ['CloseNode eu-1 AboveDesired'],
    ],
    [
      'keeps a closed one while people are on it',
      aPoolWorld({
        nodes: [aPoolNode('eu-0', { participants: 5 }), aPoolNode('eu-1', { participants: 1, closingSinceMs: closed })],
      }),
      [],
    ],
    [
      'lets it go when it is empty',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { participants: 5 }), aPoolNode('eu-1', { closingSinceMs: closed })] }),
      ['DeletePod eu-1 AboveDesired'],
    ],
    [
      'but not before the grace is over',
      aPoolWorld({
        nodes: [aPoolNode('eu-0', { participants: 5 }), aPoolNode('eu-1', { closingSinceMs: closed + 1 })],
      }),
      [],
    ],
    [
      'opens one again that is needed after all',
      aPoolWorld({ desired: 2, nodes: [aPoolNode('eu-0'), aPoolNode('eu-1', { closingSinceMs: closed })] }),
      ['ReopenNode eu-1 StillNeeded'],
    ],
    [
      'makes another before an outdated node goes',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { revision: 'old', participants: 1 })] }),
      ['CreatePod eu-1 BelowDesired'],
    ],
    [
      'and waits until that is up',
      aPoolWorld({
        nodes: [aPoolNode('eu-0', { revision: 'old', participants: 1 }), aPoolNode('eu-1', { phase: 'Starting' })],
      }),
      [],
    ],
    [
      'closes the outdated node when it is, so that its people are moved',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { revision: 'old', participants: 1 }), aPoolNode('eu-1')] }),
      ['CloseNode eu-0 OutdatedRevision'],
    ],
    [
      'and deletes it when they have been',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { revision: 'old', closingSinceMs: closed }), aPoolNode('eu-1')] }),
      ['DeletePod eu-0 OutdatedRevision'],
    ],
    [
      'closes an empty one at once where no host is free for another',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { revision: 'old' }), aPoolNode('eu-1', { phase: 'Pending' })] }),
      ['CloseNode eu-0 OutdatedRevision'],
    ],
    [
      'one with people stays where no host is free and no other node could take them',
      aPoolWorld({
        nodes: [aPoolNode('eu-0', { revision: 'old', participants: 1 }), aPoolNode('eu-1', { phase: 'Pending' })],
      }),
      [],
    ],
    [
      'retires one at a time',
      aPoolWorld({
        desired: 2,
        nodes: [
          aPoolNode('eu-0', { revision: 'old' }),
          aPoolNode('eu-1', { revision: 'old', participants: 2, closingSinceMs: closed }),
          aPoolNode('eu-2'),
        ],
      }),
      [],
    ],
    [
      'and none while a node of the new template does not come up',
      aPoolWorld({
        desired: 2,
        nodes: [
          aPoolNode('eu-0', { revision: 'old', participants: 1 }),
          aPoolNode('eu-1', { revision: 'old', participants: 1 }),
          aPoolNode('eu-2', { phase: 'Starting' }),
        ],
      }),
      [],
    ],
    [
      'one that never came up is replaced at once: a bad template must be mendable',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { revision: 'old', phase: 'Starting' })] }),
      ['DeletePod eu-0 OutdatedRevision'],
    ],
    [
      'makes another node before a drained one goes',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { participants: 3, drainRequested: true })] }),
      ['CreatePod eu-1 BelowDesired', 'CloseNode eu-0 DrainRequested'],
    ],
    [
      'a drained node is kept while people are on it',
      aPoolWorld({
        nodes: [
          aPoolNode('eu-0', { participants: 3, drainRequested: true, closingSinceMs: closed }),
          aPoolNode('eu-1'),
        ],
      }),
      [],
    ],
    [
      'and goes when they have moved',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { drainRequested: true, closingSinceMs: closed }), aPoolNode('eu-1')] }),
      ['DeletePod eu-0 DrainRequested'],
    ],
    [
      'a drain that is taken back opens the node, and what was made in its place goes',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { participants: 3, closingSinceMs: closed }), aPoolNode('eu-1')] }),
      ['CloseNode eu-1 AboveDesired', 'ReopenNode eu-0 StillNeeded'],
    ],
  ])('%s', (_, world, expected) => {
    expect(told(planPool(world).actions)).toEqual(expected);
  });

  test('says what it waits for, and when to look again', () => {
    const world = aPoolWorld({
      nodes: [aPoolNode('eu-0', { participants: 2 }), aPoolNode('eu-1', { participants: 1, closingSinceMs: closed })],
    });
    expect(planPool(world)).toMatchObject({ waitingForEmpty: ['eu-1'], requeueAfterMs: undefined });
    const fresh = aPoolWorld({ nodes: [aPoolNode('eu-0', { phase: 'Failed', createdAtMs: NOW_MS - 1_000 })] });
    expect(planPool(fresh).requeueAfterMs).toBe(FAILED_POD_AGE_MS - 1_000);
  });
});

describe('law 2: no node with participants goes', () => {
  const node = fc.record({
    ordinal: fc.nat(8),
    phase: fc.constantFrom(
      'Pending' as const,
      'Starting' as const,
      'Ready' as const,
      'Unreachable' as const,
      'Ending' as const,
      'Failed' as const,
    ),
    revision: fc.constantFrom('old', 'new'),
    participants: fc.nat(3),
    closing: fc.boolean(),
    drainRequested: fc.boolean(),
    ageMs: fc.nat(60_000),
  });
  const nodes = fc.uniqueArray(node, { selector: ({ ordinal }) => ordinal, maxLength: 8 }).map((shapes) =>
    shapes.map(({ ordinal, phase, revision, participants, closing, drainRequested, ageMs }) =>
      aPoolNode(`eu-${String(ordinal)}`, {
        phase,
        revision,
        // Who isn't up has nobody.
        participants: phase === 'Ready' || phase === 'Unreachable' ? participants : 0,
        drainRequested,
        closingSinceMs: closing ? NOW_MS - 6_000 : undefined,
        createdAtMs: NOW_MS - ageMs,
      }),
    ),
  );

  test('whatever the world', () => {
    fc.assert(
      fc.property(nodes, fc.nat(6), (observed, desired) => {
        const busy = new Set(observed.filter(({ participants }) => participants > 0).map(({ name }) => name));
        for (const action of planPool(aPoolWorld({ desired, nodes: observed })).actions)
          if (action.type === 'DeletePod') expect(busy.has(action.node)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  /** What the world does with a plan: pods come up, deleted ones go, and nobody joins. */
  const step = (world: PoolWorld): PoolWorld => {
    const byName = new Map(world.nodes.map((observed) => [observed.name, observed]));
    for (const action of planPool(world).actions) {
      const observed = byName.get(action.node);
      if (action.type === 'DeletePod') byName.delete(action.node);
      else if (action.type === 'CreatePod')
        byName.set(action.node, aPoolNode(action.node, { createdAtMs: world.nowMs }));
      else if (observed !== undefined && action.type === 'CloseNode')
        byName.set(action.node, { ...observed, closingSinceMs: world.nowMs });
      else if (observed !== undefined && action.type === 'ReopenNode')
        byName.set(action.node, { ...observed, closingSinceMs: undefined });
    }
    const settled = [...byName.values()]
      .filter(({ phase }) => phase !== 'Ending')
      .map((observed): ObservedNode => ({
        ...observed,
        phase: observed.phase === 'Failed' ? 'Failed' : 'Ready',
        participants: 0,
      }));
    return {
      ...world,
      nodes: settled,
      certificates: settled.map(({ name }) => ({ node: name, state: 'Current' })),
      nowMs: world.nowMs + 10_000,
    };
  };

  test('when all have gone home, a pool comes to what is desired, of the new template, and rests', () => {
    fc.assert(
      fc.property(nodes, fc.nat(6), (observed, desired) => {
        let world = aPoolWorld({ desired, nodes: observed });
        for (let round = 0; round < 40; round += 1) world = step(world);
        expect(planPool(world).actions).toEqual([]);
        expect(world.nodes).toHaveLength(desired);
        expect(world.nodes.every(({ revision }) => revision === 'new')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
