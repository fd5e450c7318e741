/** Many nodes in any valid topology, which changes while they talk: in the end everybody knows everything, by exactly one way. */
import { create } from '@bufbuild/protobuf';
import { LeaveReason, ParticipantSchema, ProducerSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcedChanges, announcedImage, type Neighbour, type Neighbours } from './announce.js';
import { applyToRoster, emptyRoster, local, shown, type ImageAction, type RosterState } from './roster-state.js';

interface Node {
  readonly name: string;
  roster: RosterState;
  neighbours: Neighbours;
  /** Of shapes that the present one takes the place of. */
  earlier: Neighbours[];
  /** What is on its way to this node, by sender. */
  readonly inbox: Map<string, ImageAction[]>;
}

type Network = Map<string, Node>;

const aNetwork = (): Network =>
  new Map(
    names.map((name) => [name, { name, roster: emptyRoster, neighbours: new Map(), earlier: [], inbox: new Map() }]),
  );

/** Hubs in a full mesh; each other node is a leaf of one of them. */
type Shape = ReadonlyMap<string, string | undefined>;

const names = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5'];

function neighboursIn(shape: Shape, name: string): Neighbours {
  const hub = shape.get(name);
  const found: Neighbour[] = [...shape].flatMap(([other, itsHub]): Neighbour[] => {
    if (other === name) return [];
    if (other === hub) return [{ node: other, relation: 'Hub' }];
    if (itsHub === name) return [{ node: other, relation: 'Leaf' }];
    return hub === undefined && itsHub === undefined ? [{ node: other, relation: 'Peer' }] : [];
  });
  return new Map(found.map((neighbour) => [neighbour.node, neighbour]));
}

const worldsOf = ({ neighbours, earlier }: Node): Neighbours[] => [neighbours, ...earlier];
const neighbourNames = (node: Node): Set<string> => new Set(worldsOf(node).flatMap((world) => [...world.keys()]));

function change(network: Network, node: Node, origin: string, action: ImageAction): void {
  const before = node.roster;
  const { state, touched } = applyToRoster(before, origin, action);
  node.roster = state;
  for (const neighbour of neighbourNames(node)) {
    const actions = announcedChanges({ before, after: state, touched }, neighbour, worldsOf(node));
    network
      .get(neighbour)
      ?.inbox.get(node.name)
      ?.push(...actions);
  }
}

function deliver(network: Network, node: Node, from: string): boolean {
  const action = node.inbox.get(from)?.shift();
  if (action === undefined) return false;
  change(network, node, from, action);
  return true;
}

/** As a new topology does on each node: what the earlier one brought goes on beside what the new one brings. */
function reshape(network: Network, shape: Shape): void {
  for (const node of network.values()) {
    node.earlier = [...node.earlier, node.neighbours].slice(-2);
    node.neighbours = neighboursIn(shape, node.name);
  }
  tellAll(network);
}

/** Earlier shapes count no more: relays that are gone take what they brought with them, the others say everything anew. */
function forgetEarlier(network: Network): void {
  for (const node of network.values()) node.earlier = [];
  tellAll(network);
}

function tellAll(network: Network): void {
  for (const node of network.values()) {
    const neighbours = neighbourNames(node);
    node.roster = new Map([...node.roster].filter(([origin]) => origin === local || neighbours.has(origin)));
    node.inbox.clear();
    for (const neighbour of neighbours) node.inbox.set(neighbour, []);
  }
  for (const node of network.values()) {
    for (const neighbour of neighbourNames(node)) {
      const image = announcedImage(node.roster, neighbour, worldsOf(node));
      network
        .get(neighbour)
        ?.inbox.get(node.name)
        ?.push({
          kind: 'Replace',
          participants: [...image.participants.values()],
          producers: [...image.producers.values()],
          reason: LeaveReason.LEFT,
        });
    }
  }
}

function settle(network: Network): void {
  for (let round = 0; round < 1_000; round++) {
    let moved = false;
    for (const node of network.values()) {
      for (const from of node.inbox.keys()) while (deliver(network, node, from)) moved = true;
    }
    if (!moved) return;
  }
  throw new Error('the network never comes to rest');
}

const aShape = fc
  .tuple(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }),
  )
  .map(([size, hubs, choice]): Shape => {
    const present = names.slice(0, size);
    const hubCount = size <= 3 ? size : Math.min(hubs, size);
    return new Map(
      present.map((name, index) => [name, index < hubCount ? undefined : names[(choice[index] ?? 0) % hubCount]]),
    );
  });

type Op =
  | { readonly op: 'join' | 'leave' | 'produce' | 'unproduce' | 'deliver'; readonly at: number; readonly n: number }
  | { readonly op: 'reshape'; readonly shape: Shape };

const anOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      op: fc.constantFrom('join', 'leave', 'produce', 'unproduce', 'deliver'),
      at: fc.nat(5),
      n: fc.nat(5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('reshape' as const), shape: aShape }) },
);

function perform(network: Network, op: Op, time: number): void {
  if (op.op === 'reshape') {
    reshape(network, op.shape);
    return;
  }
  const node = network.get(names[op.at] ?? '');
  if (node === undefined || node.neighbours.size + network.size === 0) return;
  const participantId = `p${op.n % 3}`;
  const producerId = `${node.name}-${op.n}`;
  const held = node.roster.get(local);
  if (op.op === 'deliver') deliver(network, node, names[op.n] ?? '');
  else if (op.op === 'join') {
    const participant = create(ParticipantSchema, { id: participantId, node: node.name, joinedAtMs: time });
    change(network, node, local, { kind: 'UpsertParticipant', participant });
  } else if (op.op === 'leave') {
    change(network, node, local, { kind: 'RemoveParticipant', participantId, reason: LeaveReason.LEFT });
  } else if (op.op === 'produce' && held?.participants.has(participantId) === true) {
    change(network, node, local, {
      kind: 'UpsertProducer',
      producer: create(ProducerSchema, { id: producerId, participantId }),
    });
  } else if (op.op === 'unproduce') change(network, node, local, { kind: 'RemoveProducer', producerId });
}

describe('what nodes announce to each other', () => {
  it('makes everybody known everywhere, each producer by exactly one way, and whoever moved where he joined last', () => {
    fc.assert(
      fc.property(aShape, fc.array(anOp, { maxLength: 60, size: 'max' }), (first, ops) => {
        const network = aNetwork();
        reshape(network, first);
        ops.forEach((op, time) => perform(network, op, time));
        const shape = ops.reduce((now, op) => (op.op === 'reshape' ? op.shape : now), first);
        settle(network);
        forgetEarlier(network);
        settle(network);

        const members = [...network.values()].filter(({ name }) => shape.has(name));
        const everything = new Map(members.map(({ name, roster }) => [name, roster.get(local)] as const));
        const owners = [...everything].flatMap(([name, image]) =>
          [...(image?.producers.keys() ?? [])].map((id) => [id, name]),
        );
        const people = [...everything.values()].flatMap((image) => [...(image?.participants.values() ?? [])]);
        for (const { name, roster } of members) {
          const seen = shown(roster);
          expect([...seen.producers.keys()].toSorted()).toEqual(owners.map(([id]) => id).toSorted());
          for (const [id, person] of seen.participants) {
            const latest = Math.max(...people.filter((other) => other.id === id).map(({ joinedAtMs }) => joinedAtMs));
            expect(person.joinedAtMs).toBe(latest);
          }
          expect(new Set(seen.participants.keys())).toEqual(new Set(people.map(({ id }) => id)));
          for (const [id, owner] of owners) expectOneWay(network, { id: id ?? '', owner: owner ?? '', from: name });
        }
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});

describe('while a topology takes the place of another', () => {
  const present = fc.array(anOp, { maxLength: 40, size: 'max' });

  it('nobody is missed and nobody is there who has gone, whatever happens meanwhile (law 3)', () => {
    fc.assert(
      fc.property(aShape, aShape, present, (first, second, ops) => {
        const network = aNetwork();
        const members = [...first.keys()].filter((name) => second.has(name));
        const go = (since: number): void =>
          ops.forEach((op, index) => {
            if (op.op !== 'reshape' && members.includes(names[op.at] ?? '')) perform(network, op, since + index);
          });
        const produced = (name: string): string[] => [
          ...(network.get(name)?.roster.get(local)?.producers.keys() ?? []),
        ];
        const expectAllKnown = (): void => {
          const all = members.flatMap(produced).toSorted();
          for (const name of members) {
            const known = shown(network.get(name)?.roster ?? emptyRoster).producers;
            expect([...known.keys()].toSorted()).toEqual(all);
          }
        };
        reshape(network, first);
        forgetEarlier(network);
        go(0);
        settle(network);
        expectAllKnown();

        reshape(network, second);
        const deliverAny = (): boolean =>
          [...network.values()].some((node) => [...node.inbox.keys()].some((from) => deliver(network, node, from)));
        do expectAllKnown();
        while (deliverAny());
        go(100);
        settle(network);
        expectAllKnown();
      }),
      { numRuns: 300 },
    );
  }, 30_000);
});

/** Following who told of it leads to its owner, in at most three hops, and there is never a choice. */
function expectOneWay(
  network: Network,
  way: { readonly id: string; readonly owner: string; readonly from: string },
): void {
  const ways = (name: string): string[] => {
    const held = [...(network.get(name)?.roster ?? [])].filter(([, image]) => image.producers.has(way.id));
    expect(held.length).toBe(1);
    return held.map(([origin]) => origin);
  };
  let at = way.from;
  for (let hops = 0; at !== way.owner; hops++) {
    expect(hops).toBeLessThan(3);
    at = ways(at)[0] ?? '';
  }
  expect(ways(way.owner)).toEqual([local]);
}
