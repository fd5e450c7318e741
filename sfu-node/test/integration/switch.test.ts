/** Law 3 between nodes: while a topology takes the place of another, what is received goes on, and comes by its new path first. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { followPaths, type Follower } from './support/path-follower.js';
import { consume, startMeeting, until, type RelayMeeting } from './support/relay-meeting.js';
import type { RelayNode } from './support/relay-node.js';

let meeting: RelayMeeting | undefined;
afterEach(() => meeting?.close());

/** Long enough for a machine that is busy with other things. */
const timing = { overlapMs: 1_500, lingerMs: 3_000 };
const patience = 15_000;
/** Whoever waits for longer than this machine's pace and one more key frame has missed something. */
const mayTakeMs = 250;

const copiesOn = async (node: RelayNode, producerId: string): Promise<number> => {
  const { mapProducerIdConsumerIds } = await (await node.router()).dump();
  return mapProducerIdConsumerIds.filter(({ key }) => key.startsWith(`${producerId}@`)).length;
};

const flowing = (...followers: readonly Follower[]): Promise<void> =>
  until(() => {
    for (const follower of followers) expect(follower.packets()).toBeGreaterThan(50);
  }, patience);

/** @param control receives on the producer's own node, where nothing changes. */
function expectNoGap(what: string, control: Follower, followers: readonly Follower[]): void {
  for (const follower of followers) {
    const [switches, gapMs, controlMs] = [follower.switches(), follower.longestGapMs(), control.longestGapMs()];
    console.log(`${what}, at ${follower.name}: ${JSON.stringify({ switches, gapMs, controlMs })}`);
    expect(gapMs).toBeLessThan(controlMs + mayTakeMs);
  }
}

function expectOverlap(followers: readonly Follower[]): void {
  for (const { overlapped } of followers.flatMap((follower) => follower.switches())) expect(overlapped).toBe(true);
}

it('a fourth node turns the mesh into a tree, and who receives is served by both paths until the new one flows', async () => {
  meeting = await startMeeting(['node-a', 'node-b', 'node-c', 'node-d'], { leaves: { 'node-d': 'node-d' }, timing });
  const [a, b, c, d] = meeting.nodes as [RelayNode, RelayNode, RelayNode, RelayNode];
  for (const node of [a, b]) node.join(`${node.name}-person`);
  await meeting.produce(c, 'camera', 'vp8');
  const control = await followPaths(meeting, c, 'camera');
  const follower = await followPaths(meeting, b, 'camera');
  await flowing(control, follower);
  expect([a, b, c].map((node) => node.pipes().length)).toEqual([2, 2, 2]);

  meeting.apply({ epoch: 2, leaves: { 'node-b': 'node-a', 'node-c': 'node-a', 'node-d': 'node-a' } });
  await until(() => expect(follower.switches()).toHaveLength(1), patience);
  await until(() => expect([b, c].map((node) => node.pipes().length)).toEqual([1, 1]), patience);
  expectNoGap('mesh to tree', control, [follower]);
  expectOverlap([follower]);
  await until(async () => expect(await copiesOn(b, 'camera')).toBe(1));
  await until(() => expect(d.roster.participants()).toHaveLength(3));
  expect(await b.metric('parley_relays_leaving')).toBe(0);
});

it('a hub gives its role away: those beyond the next hub, whose relay stays, are switched over, too', async () => {
  const before = { 'eu-leaf': 'eu-old', 'eu-new': 'eu-old', 'us-leaf': 'us-hub' };
  meeting = await startMeeting(['eu-leaf', 'eu-old', 'eu-new', 'us-hub', 'us-leaf'], { leaves: before, timing });
  const [euLeaf, euOld, euNew, usHub, usLeaf] = meeting.nodes as [
    RelayNode,
    RelayNode,
    RelayNode,
    RelayNode,
    RelayNode,
  ];
  await meeting.produce(euLeaf, 'camera', 'vp8');
  await meeting.produce(usLeaf, 'mic');
  const control = await followPaths(meeting, euLeaf, 'camera');
  const far = await followPaths(meeting, usLeaf, 'camera');
  const near = await followPaths(meeting, usHub, 'camera');
  const back = await followPaths(meeting, euLeaf, 'mic');
  await flowing(control, far, near, back);

  meeting.apply({ epoch: 2, leaves: { 'eu-leaf': 'eu-new', 'eu-old': 'eu-new', 'us-leaf': 'us-hub' } });
  for (const one of [far, near, back]) await until(() => expect(one.switches().length).toBeGreaterThan(0), patience);
  const pipes = (): number[] => [euLeaf, euOld, euNew, usHub].map((node) => node.pipes().length);
  await until(() => expect(pipes()).toEqual([1, 1, 3, 2]), patience);
  expectNoGap('hub role moved', control, [far, near, back]);
  expectOverlap([far, near, back]);
  for (const node of [usHub, usLeaf]) await until(async () => expect(await copiesOn(node, 'camera')).toBe(1), patience);
  await until(async () => expect(await copiesOn(euOld, 'camera')).toBe(0), patience);
});

it('a hub dies: media comes by another one, and nobody but its own people is missed', async () => {
  const before = { 'leaf-a': 'hub', 'leaf-b': 'hub', 'leaf-c': 'hub' };
  meeting = await startMeeting(['hub', 'leaf-a', 'leaf-b', 'leaf-c'], { leaves: before, timing });
  const [hub, leafA, leafB, leafC] = meeting.nodes as [RelayNode, RelayNode, RelayNode, RelayNode];
  hub.join('hub-person');
  await meeting.produce(leafA, 'camera', 'vp8');
  const control = await followPaths(meeting, leafA, 'camera');
  const follower = await followPaths(meeting, leafB, 'camera');
  await flowing(control, follower);
  await until(() => expect(leafC.roster.participants()).toHaveLength(2));
  const missed: string[] = [];
  leafC.roster.onChange((change) => {
    if (change.case === 'participantLeft') missed.push(change.value.participantId);
  });

  await hub.close();
  const rest = [leafA, leafB, leafC];
  meeting.apply({ epoch: 2, leaves: { 'leaf-b': 'leaf-a', 'leaf-c': 'leaf-a' } }, rest, rest);
  await until(() => expect(follower.switches().length).toBeGreaterThan(0), patience);
  const [gapMs, controlMs] = [follower.longestGapMs(), control.longestGapMs()];
  console.log(`hub died, at ${follower.name}: ${JSON.stringify({ gapMs, controlMs })}`);
  expect(gapMs).toBeLessThan(controlMs + 800);
  await until(() => expect(leafC.pipes()).toHaveLength(1), patience);
  expect(missed).toEqual(['hub-person']);
  const sink = await consume(leafC, 'camera');
  await until(() => expect(sink.packets.length).toBeGreaterThan(10), patience);
});

it('any tree becomes any other, one after the other, and nothing that anybody receives stops', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const shapes: readonly Readonly<Record<string, string>>[] = [
    { c: 'b', d: 'b', e: 'a' },
    { a: 'e', b: 'e', c: 'e', d: 'e' },
    { a: 'd', b: 'd', e: 'c' },
    { a: 'c', b: 'c', d: 'c', e: 'c' },
  ];
  meeting = await startMeeting(names, { leaves: { b: 'a', c: 'a', d: 'a', e: 'a' }, timing });
  const [a, b, ...others] = meeting.nodes as [RelayNode, RelayNode, ...RelayNode[]];
  await meeting.produce(a, 'camera', 'vp8');
  await meeting.produce(b, 'mic');
  const control = await followPaths(meeting, a, 'camera');
  const followers = await Promise.all([
    ...[b, ...others].map((node) => followPaths(meeting!, node, 'camera')),
    ...[a, ...others].map((node) => followPaths(meeting!, node, 'mic')),
  ]);
  await flowing(control, ...followers);
  const missed: string[] = [];
  for (const node of meeting.nodes)
    node.roster.onChange((change) => {
      if (change.case === 'participantLeft' || change.case === 'producerRemoved')
        missed.push(`${change.case} at ${node.name}`);
    });
  for (const [index, leaves] of shapes.entries()) {
    meeting.apply({ epoch: 2 + index, leaves });
    // Before the one before is forgotten, and after everybody has switched.
    await sleep(2_500);
  }
  await until(() => expect(meeting?.nodes.map((node) => node.pipes().length)).toEqual([1, 1, 4, 1, 1]), patience);
  expectNoGap('tree after tree', control, followers);
  expect(missed).toEqual([]);
}, 60_000);

/** The same numbers for the same seed, from 0 to 1. */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Each node is a hub, or a leaf of one. */
function aTree(names: readonly string[], next: () => number): Readonly<Record<string, string>> {
  const one = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const drawn = names.filter(() => next() < 0.4);
  const hubs = drawn.length > 0 ? drawn : [one(names)];
  return Object.fromEntries(names.filter((name) => !hubs.includes(name)).map((name) => [name, one(hubs)]));
}

/** Of these, nodes would come to live on copies of their own: silences of two to seven seconds. */
it.each([1, 3, 8])('trees follow each other before nodes have switched, and nothing stops (%i)', async (seed) => {
  const next = numbersOf(seed);
  const names = ['a', 'b', 'c', 'd', 'e'];
  meeting = await startMeeting(names, { leaves: aTree(names, next), timing });
  const { nodes } = meeting;
  const [first, ...others] = nodes as [RelayNode, ...RelayNode[]];
  await meeting.produce(first, 'mic');
  const control = await followPaths(meeting, first, 'mic');
  const followers = await Promise.all(others.map((node) => followPaths(meeting!, node, 'mic')));
  await flowing(control, ...followers);
  for (let epoch = 2; epoch < 6; epoch += 1) {
    const leaves = aTree(names, next);
    const inAnyOrder = nodes.map((node) => ({ node, at: next() })).toSorted((a, b) => a.at - b.at);
    for (const { node } of inAnyOrder) {
      meeting.apply({ epoch, leaves }, [node]);
      await sleep(next() * 60);
    }
  }
  // Until what earlier trees brought has been let go of.
  await sleep(6_000);
  expectNoGap(`trees in a hurry (${String(seed)})`, control, followers);
});
