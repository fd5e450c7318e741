/** Two nodes that live and don't reach each other: they report it, and the operator's own memory and plan lead around it. */
import { createLogger } from '@parley/process/log.js';
import { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RelayKind } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { planRelays } from '@parley/operator/core/topology/relays.js';
import { systemClock } from '@parley/operator/kube/clock.js';
import { createCutNodes } from '@parley/operator/nodes/cut-nodes.js';
import { createNodeDirectory } from '@parley/operator/nodes/node-directory.js';
import { expect, it, onTestFinished } from 'vitest';
import { startCutProxy } from './support/cut-proxy.js';
import { startSpeech } from './support/speech.js';
import { startTestMeeting } from './support/test-meeting.js';
import { startTestNode, type TestNode } from './support/test-node.js';
import { aCascade, type TopologyInit } from './support/topologies.js';
import { until } from './support/until.js';

const meetingId = 'cut-offno-des';
const namespace = 'default';
/** The relay's stream breaks at once; it is given three seconds to come back. */
const seenWithinMs = 15_000;

async function aFleet(): Promise<readonly [TestNode, TestNode, TestNode]> {
  const start = async (name: string, port: number): Promise<TestNode> => {
    const node = await startTestNode({ name, relayPorts: [port, port + 99] });
    onTestFinished(() => node.close());
    return node;
  };
  return [await start('node-a', 46_000), await start('node-b', 46_100), await start('node-c', 46_200)];
}

it('see each other again over a third one', async () => {
  const nodes = await aFleet();
  const [a, b] = nodes;
  const between = await startCutProxy(b.address);
  onTestFinished(() => between.close());

  const directory = createNodeDirectory({
    credentials: insecureCredentials(),
    clock: systemClock,
    term: 1,
    random: Math.random,
    log: createLogger({ process: 'operator', level: 'silent' }),
  });
  onTestFinished(() => directory.close());
  const isCut = createCutNodes({ directory, clock: systemClock }).of(namespace, meetingId);
  for (const { name, address } of nodes) directory.setNode(`${namespace}/${name}`, address);
  const members = nodes.map(({ name }) => ({ node: name, region: 'eu', draining: false }));
  const topologyFor = (told: TestNode, epoch: number): TopologyInit => {
    const relays = planRelays({ members, previous: [], roomOf: () => 10, isCut });
    // What the first dials the second by can be cut; everybody else reaches everybody.
    const seen = nodes.map((node) => (told === a && node === b ? { name: node.name, address: between.address } : node));
    const kind = { Peer: RelayKind.PEER, Leaf: RelayKind.LEAF };
    return aCascade(seen, { meetingId, epoch, relays: relays.map((relay) => ({ ...relay, kind: kind[relay.kind] })) });
  };
  const meetings = await Promise.all(nodes.map((node) => startTestMeeting(node, topologyFor(node, 1))));
  const [here, there] = meetings as [(typeof meetings)[0], (typeof meetings)[0]];
  onTestFinished(() => meetings.forEach((meeting) => meeting.close()));
  const seenByBen = there.watch();
  await here.join('ann');
  await there.join('ben');
  await seenByBen.wait('participantJoined', ({ id, node }) => id === 'ann' && node === 'node-a');
  expect(isCut('node-a', 'node-b')).toBe(false);

  between.cut(true);
  await until('the cut to be reported', () => isCut('node-b', 'node-a'), seenWithinMs);
  expect(isCut('node-a', 'node-c')).toBe(false);
  for (const [index, node] of nodes.entries()) await meetings[index]?.apply(topologyFor(node, 2));
  expect(topologyFor(a, 2).relays).toHaveLength(2);
  await here.join('late');
  await seenByBen.wait('participantJoined', ({ id, node }) => id === 'late' && node === 'node-a');

  const room = a.node.rooms.require(meetingId);
  const speech = await startSpeech((await room.media()).router);
  onTestFinished(() => speech.stop());
  const { id } = speech.producer;
  const voice = { id, participantId: 'late', kind: MediaKind.AUDIO, source: 'microphone', mimeType: 'audio/opus' };
  room.roster.upsertProducer(voice);
  await seenByBen.wait('producerAdded', (producer) => producer.id === id);
  const { results } = await there.consume('ben', id);
  expect(results.map(({ outcome }) => outcome.case)).toEqual(['consumer']);
  expect(seenByBen.events.some(({ event }) => event.case === 'participantLeft')).toBe(false);

  // Its relay is gone from the topology, so nobody reports it; it is remembered.
  const reported = (): unknown => directory.meetingReport('default/node-a', meetingId)?.unreachable.length;
  await until('nothing to be reported any more', () => reported() === 0);
  expect(isCut('node-a', 'node-b')).toBe(true);
});
