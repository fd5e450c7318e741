/** One meeting or webinar on a small fleet, through any order of faults: the planners, and nodes and signaling as far as they obey them. */
import fc from 'fast-check';
import { test, expect } from 'vitest';
import { roomOfNamed, type PlacementNode } from '../placement/candidate.js';
import { createFleet } from '../placement/fleet.js';
import { planPlacement } from '../placement/place-participants.js';
import { aMeetingSpec, aMeetingWorld, aNode } from '../testing/builders.js';
import { hopsFrom } from '../testing/hops.js';
import { planMeetingRelays } from '../topology/meeting-relays.js';
import type { MeetingTopology } from '../topology/topology.js';
import { placementOn } from './draft.js';
import { planMeeting } from './plan.js';
import { recoverTopology } from './recover.js';

const names = ['eu-0', 'eu-1', 'eu-2', 'us-0', 'us-1'] as const;
const capacity = 10;
const maxParticipants = 40;

interface Node {
  state: 'Serving' | 'Lost';
  /** What it has; a killed one forgets. */
  topology: MeetingTopology | undefined;
}

type Step =
  | { readonly kind: 'Join'; readonly region: string; readonly viewers: boolean; readonly count: number }
  | { readonly kind: 'Leave'; readonly count: number }
  | { readonly kind: 'Hang' | 'Return' | 'Kill'; readonly node: (typeof names)[number] }
  | { readonly kind: 'NewLeader'; readonly written: boolean }
  | { readonly kind: 'OldLeaderSpeaks' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('Join' as const),
      region: fc.constantFrom('eu', 'us'),
      viewers: fc.boolean(),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  fc.record({ kind: fc.constant('Leave' as const), count: fc.integer({ min: 1, max: 6 }) }),
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('Hang' as const, 'Kill' as const), node: fc.constantFrom(...names) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('Return' as const), node: fc.constantFrom(...names) }) },
  fc.record({ kind: fc.constant('NewLeader' as const), written: fc.boolean() }),
  fc.constant({ kind: 'OldLeaderSpeaks' as const }),
);

/** What is left of the world when everybody has done what the plans say. */
class Model {
  readonly nodes = new Map<string, Node>(names.map((name) => [name, { state: 'Serving', topology: undefined }]));
  /** Everybody who was let in, and has not left: where they are, or undefined while they ask for a place. */
  readonly people = new Map<string, string | undefined>();
  /** Of a webinar. */
  readonly viewers = new Set<string>();
  topology: MeetingTopology | undefined;
  /** As status has it. */
  written: MeetingTopology | undefined;
  term = 1;
  readonly mode: 'SFU' | 'Webinar';
  #recorders: readonly string[] | undefined = ['recorder'];
  #joined = 0;
  #older: MeetingTopology | undefined;

  constructor(mode: 'SFU' | 'Webinar') {
    this.mode = mode;
  }

  run(next: Step): void {
    const before = new Map(this.people);
    switch (next.kind) {
      case 'Join':
        for (let count = 0; count < next.count; count += 1) this.#join(next.region, next.viewers);
        break;
      case 'Leave':
        for (const id of [...this.people.keys()].slice(0, next.count)) this.people.delete(id);
        break;
      case 'NewLeader':
        // Who records is known some time later.
        this.#recorders = undefined;
        this.#lead(next.written);
        break;
      case 'OldLeaderSpeaks':
        // It was deposed, and does not know it yet.
        if (this.#older !== undefined) for (const name of names) this.#tell(name, this.#older);
        break;
      default:
        this.#fault(next.kind, next.node);
    }
    this.settle();
    if (next.kind !== 'NewLeader') return;
    this.#checkUnmoved(before);
    this.#recorders = ['recorder'];
    this.settle();
  }

  /** Whoever is on a node that serves stays there, whoever leads, and whatever the last leader came to write down. */
  #checkUnmoved(before: ReadonlyMap<string, string | undefined>): void {
    for (const [id, node] of before)
      if (node !== undefined && this.nodes.get(node)?.state === 'Serving') expect(this.people.get(id)).toBe(node);
  }

  /** Plans, tells nodes, and lets those rejoin who must, until nothing changes. */
  settle(): void {
    for (let round = 0; round < 12; round += 1) {
      const before = this.topology;
      const { topology } = planMeeting(this.#world());
      this.#adopt(topology);
      for (const [id, node] of this.people) if (node === undefined) this.#place(id, 'eu');
      if (this.topology === before) return;
    }
    throw new Error('plans do not converge');
  }

  #fault(kind: 'Hang' | 'Kill' | 'Return', name: string): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.state = kind === 'Return' ? 'Serving' : 'Lost';
    // It is told what it missed.
    if (kind === 'Return' && this.topology !== undefined) this.#tell(name, this.topology);
    if (kind !== 'Kill') return;
    node.topology = undefined;
    for (const [id, where] of this.people) if (where === name) this.people.set(id, undefined);
  }

  #join(region: string, viewer: boolean): void {
    if (this.people.size >= maxParticipants) return;
    this.#joined += 1;
    const id = `p${String(this.#joined)}`;
    this.people.set(id, undefined);
    if (viewer && this.mode === 'Webinar') this.viewers.add(id);
    // Who finds no room is told so, and is not in the meeting.
    if (!this.#place(id, region)) this.people.delete(id);
  }

  #place(id: string, region: string): boolean {
    if (this.topology === undefined) this.#adopt(planMeeting(this.#world()).topology);
    const topology = this.topology!;
    const fleet = this.#fleet();
    const counts = this.#counts();
    const plan = planPlacement(
      {
        nodes: fleet,
        pools: [],
        meetingNodes: topology.placements.map(({ node, participantLimit, viewersOnly }) => ({
          node,
          participantLimit,
          viewersOnly,
          participants: counts.get(node) ?? 0,
        })),
        reservations: new Map(),
        maxParticipants: maxParticipants + 1,
        expectedParticipants: 10,
      },
      { participantIds: [id], region, avoidNodes: [], viewers: this.viewers.has(id) },
    );
    if (plan.kind === 'Refused') return false;
    const added = plan.newNodes.map((name) => ({
      ...placementOn(fleet.get(name)!, aMeetingSpec({ maxParticipants })),
      viewersOnly: plan.newViewersNodes.has(name),
    }));
    if (added.length + plan.raisedLimits.size + plan.openedToSpeakers.size > 0) {
      const placements = [...topology.placements, ...added].map((placement) => ({
        ...placement,
        participantLimit: plan.raisedLimits.get(placement.node) ?? placement.participantLimit,
        viewersOnly: placement.viewersOnly && !plan.openedToSpeakers.has(placement.node),
      }));
      const roomOf = (name: string): number => roomOfNamed(fleet, name);
      const relays = planMeetingRelays({ placements, previous: topology.relays, roomOf, isCut: () => false });
      this.#adopt({ ...topology, state: 'Placed', placements, relays, epoch: topology.epoch + 1 });
    }
    this.people.set(id, plan.participants[0]!.node);
    return true;
  }

  #lead(written: boolean): void {
    if (this.topology === undefined) return;
    this.#older = this.topology;
    if (written) this.written = this.topology;
    this.term += 1;
    const counts = this.#counts();
    const { settings, meetingId } = this.topology;
    this.topology = recoverTopology({
      meetingId,
      settings,
      nodes: this.#fleet(),
      meeting: {
        spec: aMeetingSpec({ maxParticipants }),
        status:
          this.written === undefined
            ? undefined
            : {
                phase: 'Placed',
                epoch: this.written.epoch,
                placements: this.written.placements.map(({ node, pool, region, participantLimit, viewersOnly }) => ({
                  ...{ node, pool, region, participantLimit, viewersOnly },
                })),
                relays: this.written.relays.map(({ dialer: from, listener: to, kind }) => ({ from, to, kind })),
                taps: this.written.taps.map((tap) => ({ ...tap })),
              },
      },
      reports: [...this.nodes].flatMap(([node, { state, topology }]) =>
        state === 'Serving' && topology !== undefined
          ? [{ node, epoch: topology.epoch, participants: counts.get(node) ?? 0 }]
          : [],
      ),
    });
  }

  #adopt(topology: MeetingTopology): void {
    if (this.topology !== undefined && topology !== this.topology) {
      const { term, epoch } = this.topology;
      expect(topology.term > term || (topology.term === term && topology.epoch > epoch)).toBe(true);
    }
    if (topology !== this.topology) for (const name of names) this.#tell(name, topology);
    this.topology = topology;
    // Signaling moves whoever is on a node that the meeting has left, whether that node hears of it or not.
    const members = new Set(topology.placements.map(({ node }) => node));
    for (const [id, where] of this.people)
      if (where !== undefined && !members.has(where)) this.people.set(id, undefined);
  }

  #tell(name: string, topology: MeetingTopology): void {
    const node = this.nodes.get(name)!;
    if (node.state === 'Lost') return;
    const known = node.topology ?? { term: 0, epoch: 0 };
    if (topology.term < known.term || (topology.term === known.term && topology.epoch < known.epoch)) return;
    node.topology = topology;
  }

  #counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const node of this.people.values()) if (node !== undefined) counts.set(node, (counts.get(node) ?? 0) + 1);
    return counts;
  }

  #fleet(): ReturnType<typeof createFleet> {
    const counts = this.#counts();
    const all = [...this.nodes].map(([name, { state }]): PlacementNode =>
      aNode(name, { state, capacity, participants: counts.get(name) ?? 0 }),
    );
    return createFleet(all);
  }

  #world(): ReturnType<typeof aMeetingWorld> {
    return {
      ...aMeetingWorld({
        spec: { mode: this.mode, maxParticipants },
        participants: this.#counts(),
        previous: this.topology,
        recorders: this.#recorders,
        term: this.term,
      }),
      nodes: this.#fleet(),
    };
  }
}

function check(model: Model): void {
  if (model.topology === undefined) return;
  checkPeople(model, model.topology);
  checkNodes(model, model.topology);
  checkRelays(model.topology);
  checkSpeakers(model, model.topology);
  checkTaps(model, model.topology);
}

/** No participant is lost: each is on a node of the meeting, or asks again while there is hardly room; nobody stays on a lost node for long. */
function checkPeople({ nodes, people }: Model, { placements }: MeetingTopology): void {
  const homes = [...people.values()].filter((node) => node !== undefined);
  for (const home of homes) expect(placements.map(({ node }) => node)).toContain(home);
  const serving = [...nodes].filter(([, { state }]) => state === 'Serving').map(([name]) => name);
  if (homes.length < people.size) expect(people.size).toBeGreaterThan((serving.length * capacity) / 2);
  const isFree = (name: string): boolean => !homes.includes(name) && !placements.some(({ node }) => node === name);
  if (serving.some(isFree)) for (const home of homes) expect(serving).toContain(home);
}

/** No split meeting: every node that serves it has this very topology, and no other believes that it serves it. */
function checkNodes({ nodes }: Model, { term, epoch, placements }: MeetingTopology): void {
  for (const [name, { state, topology }] of nodes) {
    if (state === 'Lost') continue;
    if (placements.some(({ node }) => node === name)) expect(topology).toMatchObject({ term, epoch });
    else expect(topology?.placements.map(({ node }) => node) ?? []).not.toContain(name);
  }
}

/** What is sent on a node where people may send reaches each other node, once. */
function checkRelays({ placements, relays }: MeetingTopology): void {
  for (const { node, viewersOnly } of placements)
    if (!viewersOnly) expect(hopsFrom(node, relays).size).toBe(placements.length);
}

/** Whoever may speak is heard by all. */
function checkSpeakers({ people, viewers }: Model, { placements }: MeetingTopology): void {
  const forViewers = new Set(placements.filter(({ viewersOnly }) => viewersOnly).map(({ node }) => node));
  for (const [id, node] of people) if (!viewers.has(id)) expect(forViewers).not.toContain(node);
  if (placements.length > 0) expect(forViewers.size).toBeLessThan(placements.length);
}

/** The recorder has one tap, and not on a lost node where another serves. */
function checkTaps({ nodes }: Model, { placements, taps }: MeetingTopology): void {
  expect(taps).toHaveLength(placements.length > 0 ? 1 : 0);
  const isServing = (name: string): boolean => nodes.get(name)?.state === 'Serving';
  for (const { node } of taps) {
    expect(placements.map((placement) => placement.node)).toContain(node);
    if (placements.some((placement) => isServing(placement.node))) expect(isServing(node)).toBe(true);
  }
}

test.each(['SFU', 'Webinar'] as const)(
  'whatever fails, in whatever order: no %s is split, nobody is lost, plans converge',
  (mode) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const model = new Model(mode);
        for (const next of steps) {
          model.run(next);
          check(model);
        }
      }),
      { numRuns: 150 },
    );
  },
  30_000,
);
