import { describe, expect, test } from 'vitest';
import { nodeStateOf, type PodFacts } from '../pool/node-phase.js';
import type { PoolPlan } from '../pool/plan.js';
import { aDrain, aPool, NOW_MS } from '../testing/builders.js';
import { isPoolWrittenAtOnce, statusOfPool, type NodeFacts, type PoolStatusInput } from './pool-status.js';

const pod = (facts: Partial<PodFacts> = {}): PodFacts => ({
  deleting: false,
  phase: 'Running',
  scheduled: true,
  unschedulableMessage: undefined,
  ready: true,
  waitingReason: undefined,
  waitingMessage: undefined,
  announcedAddresses: ['203.0.113.1'],
  reachable: true,
  ...facts,
});
const node = (facts: Partial<PodFacts> = {}, participants = 0): NodeFacts => ({
  name: 'eu-0',
  state: nodeStateOf(pod(facts)),
  host: 'host-a',
  announcedAddresses: ['203.0.113.1'],
  participants,
});
const rest: PoolPlan = { actions: [], requeueAfterMs: undefined, drains: new Map() };
const status = (part: Partial<PoolStatusInput> = {}) =>
  statusOfPool({
    pool: aPool(),
    previous: undefined,
    nodes: [node()],
    plan: rest,
    desired: 1,
    scaling: undefined,
    refusal: undefined,
    nowMs: NOW_MS,
    ...part,
  });
const ready = (part: Partial<PoolStatusInput>) => status(part).conditions?.[0];

describe('a pool’s Ready condition', () => {
  test.each<[string, Partial<PoolStatusInput>, string, string]>([
    ['all is well', {}, 'True', 'AllNodesReady'],
    ['nothing is desired', { desired: 0, nodes: [] }, 'True', 'NoNodesDesired'],
    ['no pod yet', { nodes: [] }, 'False', 'NodesStarting'],
    ['it starts', { nodes: [node({ ready: false })] }, 'False', 'NodesStarting'],
    [
      'no host fits',
      { nodes: [node({ scheduled: false, ready: false, unschedulableMessage: '0/2 nodes' })] },
      'False',
      'NodesUnschedulable',
    ],
    ['no image', { nodes: [node({ ready: false, waitingReason: 'ImagePullBackOff' })] }, 'False', 'ImageUnavailable'],
    ['it crashes', { nodes: [node({ ready: false, waitingReason: 'CrashLoopBackOff' })] }, 'False', 'NodesCrashing'],
    ['it failed', { nodes: [node({ phase: 'Failed', ready: false })] }, 'False', 'NodesCrashing'],
    ['it does not answer', { nodes: [node({ reachable: false })] }, 'False', 'NodesUnreachable'],
    ['nothing to announce', { nodes: [node({ announcedAddresses: [] })] }, 'False', 'HostAddressMissing'],
    ['pods are refused', { nodes: [], refusal: 'exceeded quota' }, 'False', 'PodRefused'],
  ])('%s', (_, part, is, reason) => {
    expect(ready(part)).toMatchObject({ type: 'Ready', status: is, reason });
  });

  test('says in words what Kubernetes says', () => {
    const nodes = [node({ scheduled: false, ready: false, unschedulableMessage: '0/2 nodes are available' })];
    expect(ready({ nodes })?.message).toContain('0/2 nodes are available');
  });
});

describe('a node that is to go', () => {
  const drains = new Map([['eu-0', aDrain({ phase: 'Migrating', reason: 'DrainRequested' })]]);
  const told = {
    phase: 'Migrating',
    drain: { reason: 'DrainRequested', since: '2026-01-01T11:59:00.000Z', deadline: '2026-01-01T12:09:00.000Z' },
  };

  test('says how far its drain is and until when it may take, and counts no more', () => {
    expect(status({ plan: { ...rest, drains } })).toMatchObject({ readyReplicas: 0, nodes: [told] });
  });

  test('also when its pod is being deleted', () => {
    expect(status({ nodes: [node({ deleting: true }, 2)], plan: { ...rest, drains } })).toMatchObject({
      nodes: [told],
    });
  });

  test('is seen in the Progressing condition', () => {
    const [, progressing] = status({ plan: { ...rest, drains } }).conditions ?? [];
    expect(progressing).toMatchObject({ status: 'True', reason: 'NodesDraining' });
    expect(progressing?.message).toContain('Waiting for eu-0.');
  });
});

test('counts, capacity and the selector for the scale subresource', () => {
  expect(status({ nodes: [node({}, 3), { ...node({ ready: false }, 0), name: 'eu-1' }] })).toMatchObject({
    replicas: 2,
    readyReplicas: 1,
    participants: 3,
    capacity: { participants: 200, consumers: 2_000 },
    selector: 'parley.dev/pool=eu',
  });
});

test('a time moves only when its condition flips', () => {
  const first = status();
  const later = status({ previous: first, nowMs: NOW_MS + 60_000 });
  expect(later.conditions).toEqual(first.conditions);
  const flipped = status({ previous: first, nodes: [], nowMs: NOW_MS + 60_000 });
  expect(flipped.conditions?.[0]?.lastTransitionTime).toBe('2026-01-01T12:01:00Z');
});

test('mere counts are not news, all else is', () => {
  const first = status();
  expect(isPoolWrittenAtOnce(first, status({ previous: first, nodes: [node({}, 9)] }))).toBe(false);
  expect(isPoolWrittenAtOnce(first, status({ previous: first, nodes: [node({ reachable: false })] }))).toBe(true);
  expect(isPoolWrittenAtOnce(undefined, first)).toBe(true);
});

describe('scaling', () => {
  const scaling: NonNullable<PoolStatusInput['scaling']> = {
    desired: 3,
    wish: 4,
    winner: 'MediaLoad',
    heldBack: 'ScaleUpRate',
    signals: [
      { name: 'MediaLoad', wish: 4, reason: 'LoadMeasured', detail: '300 participants' },
      { name: 'ScheduledMeetings', wish: undefined, reason: 'NoMeetingsAhead', detail: '' },
    ],
    memory: { history: { wished: [], most: [], fewest: [] }, goodWishes: new Map(), starts: new Map() },
    againAfterMs: undefined,
  };

  test('explains the number', () => {
    expect(status({ desired: 3, scaling })).toMatchObject({
      desired: 3,
      scaling: {
        wish: 4,
        winner: 'MediaLoad',
        heldBack: { reason: 'ScaleUpRate', message: 'scaling.rates.up allows no more yet.' },
        signals: [
          {
            name: 'MediaLoad',
            wish: 4,
            reason: 'LoadMeasured',
            message: 'What nodes carry, at target utilization, with headroom. Now: 300 participants.',
          },
          { name: 'ScheduledMeetings', reason: 'NoMeetingsAhead' },
        ],
      },
    });
    expect(status({ desired: 3 })).not.toHaveProperty('scaling');
  });

  test('who wins and what holds back is news, what is wished at the moment is not', () => {
    const first = status({ scaling });
    const [load, ahead] = scaling.signals;
    const more = { ...scaling, wish: 5, signals: [{ ...load!, wish: 5, detail: '400 participants' }, ahead!] };
    expect(isPoolWrittenAtOnce(first, status({ scaling: more }))).toBe(false);
    expect(isPoolWrittenAtOnce(first, status({ scaling: { ...more, heldBack: 'AtMaximum' } }))).toBe(true);
    expect(isPoolWrittenAtOnce(first, status({ scaling: { ...more, winner: 'schedule/day' } }))).toBe(true);
    expect(isPoolWrittenAtOnce(first, status({ desired: 4, scaling }))).toBe(true);
  });
});
