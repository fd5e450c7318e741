/** Signaling against two real nodes with mediasoup workers, and a relay between them. */
import { create } from '@bufbuild/protobuf';
import { NodeService } from '@parley/proto/gen/parley/v1/node_pb.js';
import { MeetingState, RelayKind, TopologySchema, type Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { createRpcChannel } from '@parley/proto/rpc-client.js';
import { insecureCredentials } from '@parley/proto/tls.js';
import { createLogger } from '@parley/process/log.js';
import { defaultLimits } from '@parley/sfu-node/config.js';
import { startSfuNode, type SfuNode } from '@parley/sfu-node/sfu-node.js';
import type { Welcome } from '@parley/signaling/protocol/responses.js';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClient, postJoin, until, type TestClient } from '../fakes/client.js';
import { startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startReplica, type Replica } from '../fakes/replica.js';
import { writeTokenKeys } from '../fakes/token-keys.js';

let operator: FakeOperator;
let eu: SfuNode;
let us: SfuNode;
let one: Replica;
let two: Replica;

beforeAll(async () => {
  operator = await startFakeOperator();
  eu = await startNode('node-eu', [43_000, 43_099]);
  us = await startNode('node-us', [43_100, 43_199]);
  const tokenKeysDir = await writeTokenKeys();
  one = await startReplica({ operatorAddress: operator.address, tokenKeysDir });
  two = await startReplica({ operatorAddress: operator.address, tokenKeysDir });
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await Promise.all([eu.close(), us.close(), operator.stop()]);
});

function startNode(nodeName: string, [relayPortMin, relayPortMax]: readonly [number, number]): Promise<SfuNode> {
  return startSfuNode({
    config: {
      ...{ nodeName, podIp: '127.0.0.1', grpcAddress: '127.0.0.1:0', rtcPort: 0, rtcListenIp: '127.0.0.1' },
      ...{ relayPortMin, relayPortMax, workers: 1, limits: defaultLimits },
    },
    credentials: insecureCredentials(),
    registry: new Registry(),
    version: 'test',
    log: createLogger({ process: 'sfu-node', level: 'silent' }),
  });
}

/** Applied to its nodes and then published, as the operator does. */
async function aMeeting(): Promise<string> {
  const meetingId = aMeetingId();
  const placement = (node: string, region: string, { port }: SfuNode): object => ({
    ...{ node, region, pool: region, participantLimit: 50 },
    ...{ grpcAddress: `127.0.0.1:${String(port)}`, announcedAddresses: ['127.0.0.1'] },
  });
  const topology: Topology = create(TopologySchema, {
    ...{
      meetingId,
      term: 1,
      epoch: 1,
      state: MeetingState.PLACED,
      settings: { title: 'Cascade', maxParticipants: 10 },
    },
    placements: [placement('node-eu', 'eu', eu), placement('node-us', 'us', us)],
    relays: [{ dialer: 'node-eu', listener: 'node-us', kind: RelayKind.PEER }],
  });
  for (const { port } of [eu, us]) {
    const address = `127.0.0.1:${String(port)}`;
    const channel = createRpcChannel({ address, role: 'node', credentials: insecureCredentials() });
    await channel.client(NodeService).applyTopology({ topology }, { deadlineMs: 5_000 });
    channel.close();
  }
  operator.set(topology);
  for (const { port } of [one, two]) {
    const url = `http://127.0.0.1:${String(port)}/v1/meetings/${meetingId}`;
    await expect.poll(async () => (await fetch(url)).status).toBe(200);
  }
  return meetingId;
}

/** With the capabilities that a browser which can do all would send. */
async function enter(
  replica: Replica,
  meetingId: string,
  who: { readonly name: string; readonly region: string },
): Promise<{ client: TestClient; welcome: Welcome }> {
  const { body } = await postJoin(replica.port, meetingId, who);
  const client = await openClient(replica.port);
  const rtpCapabilities = body.routerRtpCapabilities;
  const hello = { type: 'hello', token: body.token, rtpCapabilities, subscribe: 'all' } as const;
  return { client, welcome: await client.request(hello) };
}

async function connect(client: TestClient): Promise<void> {
  const value = Array.from({ length: 32 }, () => 'AB').join(':');
  const dtlsParameters = { role: 'client' as const, fingerprints: [{ algorithm: 'sha-256' as const, value }] };
  await client.request({ type: 'connectTransport', direction: 'send', dtlsParameters });
  await client.request({ type: 'connectTransport', direction: 'receive', dtlsParameters });
}

function produceMicrophone(client: TestClient, ssrc: number): Promise<{ producerId: string }> {
  return client.request({
    type: 'produce',
    kind: 'audio',
    source: 'microphone',
    rtpParameters: {
      mid: '0',
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
      encodings: [{ ssrc }],
      rtcp: { cname: 'test' },
    },
  });
}

describe('on real nodes', () => {
  test('people of two regions are on two nodes, and consume each other over the relay from the welcome on', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one, meetingId, { name: 'Ada', region: 'eu' });
    expect(ada.welcome.node).toBe('node-eu');
    expect(ada.welcome.transports.send.iceCandidates[0]).toMatchObject({ address: '127.0.0.1', protocol: 'udp' });
    await connect(ada.client);
    const microphone = await produceMicrophone(ada.client, 1_111);

    // The relay brings who is there; then a newcomer at the other node gets the consumer with its welcome.
    const witness = await enter(two, meetingId, { name: 'Eve', region: 'us' });
    if (!witness.welcome.producers.some(({ id }) => id === microphone.producerId)) {
      await witness.client.event('producerAdded', ({ producer }) => producer.id === microphone.producerId);
    }
    const bob = await enter(two, meetingId, { name: 'Bob', region: 'us' });
    expect(bob.welcome.node).toBe('node-us');
    expect(bob.welcome.participants.map(({ name }) => name).toSorted()).toEqual(['Ada', 'Bob', 'Eve']);
    expect(bob.welcome.consumers).toMatchObject([
      { producerId: microphone.producerId, consumer: { kind: 'audio', source: 'microphone', paused: false } },
    ]);
    await connect(bob.client);

    await ada.client.event('participantJoined', ({ participant }) => participant.name === 'Bob');
    await ada.client.request({
      type: 'updateProducers',
      items: [{ producerId: microphone.producerId, paused: true }],
    });
    await bob.client.event('producerUpdated', ({ producer }) => producer.paused);
    await bob.client.event('consumerProducerPaused', ({ paused }) => paused);

    // A client comes back on the other replica: the same transports, on the same node.
    bob.client.cut();
    const back = await openClient(one.port);
    const welcome = await back.request({
      type: 'hello',
      resumeToken: bob.welcome.resumeToken,
      rtpCapabilities: bob.welcome.routerRtpCapabilities,
      subscribe: 'all',
    });
    expect(welcome).toMatchObject({ resumed: true, node: 'node-us' });
    expect(welcome.transports.receive.id).toBe(bob.welcome.transports.receive.id);
    expect(welcome.consumers).toMatchObject([{ producerId: microphone.producerId }]);
    await until('the other replica let go', () => two.lines.join('').includes('"end":"Replaced"'));

    await ada.client.request({ type: 'leave' });
    await back.event('participantLeft', ({ participantId }) => participantId === ada.welcome.participantId);
    await back.event('consumerClosed');
    for (const client of [back, witness.client]) await client.request({ type: 'leave' });
    await until('nobody is left', () =>
      [eu, us].every(({ rooms }) => [...rooms.rooms.values()].every((room) => room.participants.size === 0)),
    );
  });

  test('parameters that mediasoup refuses are the client’s fault, and said to be', async () => {
    const meetingId = await aMeeting();
    const { client } = await enter(one, meetingId, { name: 'Ada', region: 'eu' });
    const refused = client.request({
      type: 'produce',
      kind: 'audio',
      source: 'microphone',
      rtpParameters: { codecs: [{ mimeType: 'audio/unheard-of', payloadType: 111, clockRate: 1 }] },
    });
    await expect(refused).rejects.toMatchObject({ code: 'MediaRefused' });
    await client.request({ type: 'leave' });
  });

  test('more than the meeting takes, over both nodes at once: the earliest stay', async () => {
    const meetingId = await aMeeting();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 14 }, (_value, index) =>
        enter(index % 2 === 0 ? one : two, meetingId, {
          name: `P${String(index)}`,
          region: index % 4 < 2 ? 'eu' : 'us',
        }),
      ),
    );
    const entered = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain('MeetingFull');
    // Nodes hear of each other's joins a moment late; who slipped through in it has to go again.
    expect(entered.length).toBeGreaterThanOrEqual(9);
    const present = (): number =>
      [eu, us].reduce((sum, { rooms }) => sum + (rooms.rooms.get(meetingId)?.participants.size ?? 0), 0);
    await expect.poll(present, { timeout: 3_000 }).toBeLessThanOrEqual(10);
    const staying = entered.filter(({ client }) => client.socket.readyState === client.socket.OPEN);
    expect(staying.length).toBe(present());
    await Promise.all(staying.map(({ client }) => client.request({ type: 'leave' })));
  });

  test('a worker that dies: its people are told, rejoin, and hear each other again', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(one, meetingId, { name: 'Ada', region: 'eu' });
    const bob = await enter(two, meetingId, { name: 'Bob', region: 'us' });
    for (const { worker } of eu.pool.live) process.kill(worker.pid, 'SIGKILL');
    expect(await ada.client.event('mediaReset')).toMatchObject({ reason: 'RoomRebuilt' });
    const rtpCapabilities = ada.welcome.routerRtpCapabilities;
    const welcome = await ada.client.request({ type: 'rejoin', rtpCapabilities, subscribe: 'all' });
    expect(welcome.node).toBe('node-eu');
    const { producerId } = await produceMicrophone(ada.client, 2_222);
    await bob.client.event('producerAdded', ({ producer }) => producer.id === producerId);
    const { consumers } = await bob.client.request({ type: 'consume', items: [{ producerId }] });
    expect(consumers).toMatchObject([{ consumer: { producerId, paused: true } }]);
    expect(bob.client.events.filter(({ type }) => type === 'mediaReset')).toEqual([]);
    for (const { client } of [ada, bob]) await client.request({ type: 'leave' });
  });
});
