/** Worlds for tests, with what does not matter filled in. */
import { meetingIdOf } from '@parley/crds/meeting-id.js';
import type { MeetingSpec } from '@parley/crds/meeting.js';
import type { SFUPool, SFUPoolSpec } from '@parley/crds/sfu-pool.js';
import type { MeetingWorld } from '../meeting/plan.js';
import { NO_LOAD } from '../load/load.js';
import type { PlacementNode } from '../placement/candidate.js';
import { createFleet } from '../placement/fleet.js';
import type { Drain, ObservedNode, PoolWorld } from '../pool/world.js';

export const NOW_MS: number = Date.UTC(2026, 0, 1, 12);

export interface NodeShape extends Partial<Omit<PlacementNode, 'load' | 'capacity'>> {
  readonly participants?: number;
  readonly newJoins?: number;
  readonly expected?: number;
  readonly capacity?: number;
  readonly consumers?: number;
  readonly workerCpu?: number;
}

/** `eu-0` is the first node of the pool and region `eu`, unless told otherwise. */
export function aNode(name: string, shape: NodeShape = {}): PlacementNode {
  const pool = name.slice(0, name.lastIndexOf('-'));
  const { participants = 0, expected = 0, capacity = 100, consumers = 0, workerCpu = 0, newJoins = 0, ...rest } = shape;
  return {
    name,
    pool,
    region: pool,
    grpcAddress: `${name}:7000`,
    announcedAddresses: ['203.0.113.1'],
    state: 'Serving',
    ...rest,
    capacity: { participants: capacity, consumers: 10_000, packetsPerSecond: 1_000_000, bytesPerSecond: Infinity },
    load: {
      current: { ...NO_LOAD, participants, consumers },
      expected: { ...NO_LOAD, participants: expected },
      workerCpu,
      newJoins,
    },
  };
}

export function aMeetingSpec(spec: Partial<MeetingSpec> = {}): MeetingSpec {
  return { mode: 'SFU', pools: [], expectedParticipants: 10, maxParticipants: 100, ended: false, ...spec };
}

export function aMeetingWorld(
  world: Partial<Omit<MeetingWorld, 'spec' | 'nodes'>> & {
    spec?: Partial<MeetingSpec>;
    nodes?: readonly PlacementNode[];
  } = {},
): MeetingWorld {
  const nodes = world.nodes ?? [aNode('eu-0'), aNode('us-0')];
  return {
    meetingId: meetingIdOf('uid'),
    identity: { namespace: 'default', name: 'daily' },
    passcode: { kind: 'None' },
    speakerPasscode: { kind: 'None' },
    hostPasscode: { kind: 'None' },
    previous: undefined,
    pools: new Set(nodes.map(({ pool }) => pool)),
    participants: new Map(),
    departures: new Map(nodes.filter(isClosing).map(({ name }) => [name, 'Migrate'])),
    reliefs: new Map(),
    isCut: () => false,
    recorders: [],
    term: 1,
    ...world,
    nodes: createFleet(nodes),
    spec: aMeetingSpec(world.spec),
  };
}

function isClosing({ state }: PlacementNode): boolean {
  return state === 'Closing';
}

export function aPoolNode(name: string, node: Partial<ObservedNode> = {}): ObservedNode {
  return {
    name,
    uid: `uid-of-${name}`,
    revision: 'new',
    phase: 'Ready',
    createdAtMs: NOW_MS - 3_600_000,
    participants: 0,
    leavingSoon: 0,
    streams: 0,
    drainRequested: false,
    hostSignal: undefined,
    drain: undefined,
    deletion: undefined,
    meetings: [],
    ...node,
  };
}

/** Since before the time that empty nodes wait, unless told otherwise. */
export function aDrain(drain: Partial<Drain> = {}): Drain {
  return {
    phase: 'Migrating',
    reason: 'AboveDesired',
    sinceMs: NOW_MS - 60_000,
    deadlineMs: NOW_MS + 540_000,
    ...drain,
  };
}

export function aPoolWorld(world: Partial<PoolWorld> = {}): PoolWorld {
  const { nodes = [], ...rest } = world;
  return {
    name: 'eu',
    desired: 1,
    drain: aDrainPolicy(),
    update: anUpdate(),
    revision: 'new',
    nodes,
    certificates: nodes.map(({ name }) => ({ node: name, state: 'Current' })),
    nowMs: NOW_MS,
    ...rest,
  };
}

export function aDrainPolicy(policy: Partial<SFUPoolSpec['drain']> = {}): SFUPoolSpec['drain'] {
  return { deadlineSeconds: 600, waitSeconds: 10, maxMigrating: 20, hostTaints: [], ...policy };
}

export function anUpdate(update: Partial<SFUPoolSpec['update']> = {}): SFUPoolSpec['update'] {
  return { maxSurge: 1, maxDraining: 1, ...update };
}

export function aPoolSpec(spec: Partial<SFUPoolSpec> = {}): SFUPoolSpec {
  return {
    region: 'eu',
    replicas: 1,
    capacity: { participants: 200, consumers: 2_000 },
    networking: { mode: 'HostPort', rtcPort: 40_000, relayPorts: { first: 41_000, last: 41_999 } },
    drain: aDrainPolicy(),
    update: anUpdate(),
    template: { terminationGracePeriodSeconds: 30 },
    ...spec,
  };
}

export function aPool(spec: Partial<SFUPoolSpec> = {}): SFUPool {
  return {
    metadata: {
      name: 'eu',
      namespace: 'default',
      uid: '11111111-2222-3333-4444-555555555555',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: aPoolSpec(spec),
  };
}
