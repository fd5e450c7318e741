import { describe, expect, test } from 'vitest';
import { aDrain, aPoolNode, aPoolWorld, NOW_MS } from '../testing/builders.js';
import { CLOSE_GRACE_MS } from './drain.js';
import { FAILED_POD_AGE_MS, MADE_AT_ONCE, planPool, type PoolAction } from './plan.js';
import type { PoolWorld } from './world.js';

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
      ['StartDrain eu-0 AboveDesired'],
    ],
    [
      'of empty ones the last made',
      aPoolWorld({ nodes: [aPoolNode('eu-0'), aPoolNode('eu-1')] }),
      ['StartDrain eu-1 AboveDesired'],
    ],
    [
      'keeps a closed one while people are on it',
      aPoolWorld({
        nodes: [aPoolNode('eu-0', { participants: 5 }), aPoolNode('eu-1', { participants: 1, drain: aDrain() })],
      }),
      [],
    ],
    [
      'lets it go when it is empty',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { participants: 5 }), aPoolNode('eu-1', { drain: aDrain() })] }),
      ['DeletePod eu-1 AboveDesired'],
    ],
    [
      'but not before the grace is over',
      aPoolWorld({
        nodes: [
          aPoolNode('eu-0', { participants: 5 }),
          aPoolNode('eu-1', { drain: aDrain({ phase: 'Drained', sinceMs: closed + 1 }) }),
        ],
      }),
      [],
    ],
    [
      'opens one again that is needed after all',
      aPoolWorld({ desired: 2, nodes: [aPoolNode('eu-0'), aPoolNode('eu-1', { drain: aDrain() })] }),
      ['CancelDrain eu-1 StillNeeded'],
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
      ['StartDrain eu-0 OutdatedRevision'],
    ],
    [
      'and deletes it when they have been',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { revision: 'old', drain: aDrain() }), aPoolNode('eu-1')] }),
      ['DeletePod eu-0 OutdatedRevision'],
    ],
    [
      'closes an empty one at once where no host is free for another',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { revision: 'old' }), aPoolNode('eu-1', { phase: 'Pending' })] }),
      ['StartDrain eu-0 OutdatedRevision'],
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
          aPoolNode('eu-1', { revision: 'old', participants: 2, drain: aDrain({ reason: 'OutdatedRevision' }) }),
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
      ['CreatePod eu-1 BelowDesired', 'StartDrain eu-0 DrainRequested'],
    ],
    [
      'a drained node is kept while people are on it',
      aPoolWorld({
        nodes: [
          aPoolNode('eu-0', {
            participants: 3,
            drainRequested: true,
            drain: aDrain({ reason: 'DrainRequested' }),
          }),
          aPoolNode('eu-1'),
        ],
      }),
      [],
    ],
    [
      'and goes when they have moved',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { drainRequested: true, drain: aDrain() }), aPoolNode('eu-1')] }),
      ['DeletePod eu-0 DrainRequested'],
    ],
    [
      'a drain that is taken back opens the node, and what was made in its place goes',
      aPoolWorld({ nodes: [aPoolNode('eu-0', { participants: 3, drain: aDrain() }), aPoolNode('eu-1')] }),
      ['StartDrain eu-1 AboveDesired', 'CancelDrain eu-0 StillNeeded'],
    ],
  ])('%s', (_, world, expected) => {
    expect(told(planPool(world).actions)).toEqual(expected);
  });

  test('says what drains, and when to look again', () => {
    const drain = aDrain();
    const nodes = [aPoolNode('eu-0', { participants: 2 }), aPoolNode('eu-1', { participants: 1, drain })];
    expect(planPool(aPoolWorld({ nodes }))).toMatchObject({
      drains: new Map([['eu-1', drain]]),
      requeueAfterMs: 1_000,
    });
    const fresh = aPoolWorld({ nodes: [aPoolNode('eu-0', { phase: 'Failed', createdAtMs: NOW_MS - 1_000 })] });
    expect(planPool(fresh).requeueAfterMs).toBe(FAILED_POD_AGE_MS - 1_000);
  });

  test('makes hundreds of nodes a part at a time, so that the first need not wait for the last', () => {
    const names: string[] = [];
    const made: number[] = [];
    for (let pass = 0; pass < 4; pass += 1) {
      const nodes = names.map((name) => aPoolNode(name));
      const created = planPool(aPoolWorld({ desired: 150, nodes })).actions.filter(({ type }) => type === 'CreatePod');
      made.push(created.length);
      names.push(...created.map(({ node }) => node));
    }
    expect(made).toEqual([MADE_AT_ONCE, MADE_AT_ONCE, 150 - 2 * MADE_AT_ONCE, 0]);
    expect(new Set(names).size).toBe(150);
  });
});
