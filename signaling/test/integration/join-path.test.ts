import { randomUUID } from 'node:crypto';
import {
  EndReason,
  MeetingState,
  type MeetingSettingsSchema,
  type Topology,
} from '@parley/proto/gen/parley/v1/topology_pb.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ClientMessageInputOf } from '@parley/signaling/protocol/client-messages.js';
import { hash } from '@node-rs/argon2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enter, openClient, postJoin, resume, rtpCapabilities } from '../fakes/client.js';
import { aMeetingId } from '../fakes/meeting-id.js';
import { startFakeNode, type FakeNode } from '../fakes/fake-node.js';
import { aPlacement, startFakeOperator, type FakeOperator } from '../fakes/fake-operator.js';
import { startReplica, type Replica } from '../fakes/replica.js';

let operator: FakeOperator;
let nodeA: FakeNode;
let nodeB: FakeNode;
let replica: Replica;

beforeAll(async () => {
  operator = await startFakeOperator();
  nodeA = await startFakeNode({ name: 'node-a', region: 'eu' });
  nodeB = await startFakeNode({ name: 'node-b', region: 'us' });
  replica = await startReplica({ operatorAddress: operator.address });
});
afterAll(async () => {
  await replica.close();
  await Promise.all([nodeA.stop(), nodeB.stop(), operator.stop()]);
});

async function aMeeting(settings: MessageInitShape<typeof MeetingSettingsSchema> = {}): Promise<string> {
  const meetingId = aMeetingId();
  operator.set({
    meetingId,
    settings: { title: 'Standup', maxParticipants: 100, ...settings },
    placements: [aPlacement(nodeA, 'eu')],
  });
  await known(meetingId);
  return meetingId;
}

/** The stream of topologies is fast, but not instant. */
async function known(meetingId: string): Promise<void> {
  await expect
    .poll(async () => (await fetch(`http://127.0.0.1:${String(replica.port)}/v1/meetings/${meetingId}`)).status, {
      interval: 5,
    })
    .toBe(200);
}

const videoParameters = {
  codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
  encodings: [{ ssrc: 1 }],
};

describe('joining', () => {
  test('two participants see each other, and one consumes what the other sends from its welcome on', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(replica.port, meetingId, { name: 'Ada' });
    expect(ada.welcome).toMatchObject({ resumed: false, node: 'node-a', region: 'eu', consumers: [] });
    expect(ada.welcome.participants.map(({ name }) => name)).toEqual(['Ada']);
    await ada.client.request({
      type: 'connectTransport',
      direction: 'send',
      dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: 'AA:BB' }] },
    });
    const { producerId } = await ada.client.request({
      type: 'produce',
      kind: 'video',
      source: 'camera',
      rtpParameters: videoParameters,
    });

    const bob = await enter(replica.port, meetingId, { name: 'Bob' });
    expect(bob.welcome.participants.map(({ name }) => name).toSorted()).toEqual(['Ada', 'Bob']);
    expect(bob.welcome.consumers).toMatchObject([{ producerId, consumer: { producerId, paused: false } }]);
    const joined = await ada.client.event('participantJoined', ({ participant }) => participant.name === 'Bob');
    expect(joined.participant.id).toBe(bob.welcome.participantId);
    expect(ada.client.events.filter(({ type }) => type === 'participantJoined')).toHaveLength(1);

    await ada.client.request({ type: 'updateProducers', items: [{ producerId, paused: true }] });
    await bob.client.event('producerUpdated', ({ producer }) => producer.paused);
    await bob.client.request({ type: 'updateParticipant', name: 'Robert' });
    await ada.client.event('participantUpdated', ({ participant }) => participant.name === 'Robert');

    await ada.client.request({ type: 'leave' });
    expect(await ada.client.closed).toEqual({ code: 1000, reason: 'Left' });
    await bob.client.event('producerRemoved', (event) => event.producerId === producerId);
    const left = await bob.client.event('participantLeft');
    expect(left).toMatchObject({ participantId: ada.welcome.participantId, reason: 'Left' });
    bob.client.cut();
  });

  test('many consumers are set up by one message and one call', async () => {
    const meetingId = await aMeeting();
    const ada = await enter(replica.port, meetingId);
    const producerIds = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const message = { type: 'produce', kind: 'video', source: 'camera', rtpParameters: videoParameters } as const;
        return (await ada.client.request(message)).producerId;
      }),
    );
    const bob = await enter(replica.port, meetingId, { subscribe: 'none' });
    expect(bob.welcome.consumers).toEqual([]);
    const before = nodeA.calls.length;
    const gone = randomUUID();
    const items = [...producerIds, gone].map((producerId) => ({ producerId }));
    const { consumers } = await bob.client.request({ type: 'consume', items });
    expect(nodeA.calls.slice(before)).toEqual(['consume 13']);
    expect(consumers.map(({ producerId }) => producerId)).toEqual([...producerIds, gone]);
    expect(consumers.at(-1)).toMatchObject({ error: { code: 'ProducerNotFound' } });
    const ids = consumers.flatMap((outcome) => ('consumer' in outcome ? [outcome.consumer.id] : []));
    const resumed = await bob.client.request({
      type: 'updateConsumers',
      items: [...ids, randomUUID()].map((consumerId) => ({ consumerId, paused: false })),
    });
    expect(resumed.missingConsumerIds).toHaveLength(1);
    const seat = nodeA.seat(meetingId, bob.welcome.participantId);
    expect([...(seat?.consumers.values() ?? [])].every(({ paused }) => paused === false)).toBe(true);
    ada.client.cut();
    bob.client.cut();
  });

  test('everybody is told that the meeting is recorded: who is about to come, who comes, and who is there', async () => {
    const meetingId = aMeetingId();
    const tell = (recording: boolean): Topology =>
      operator.set({
        meetingId,
        settings: { title: 'Standup', maxParticipants: 100, recording, recordingAnnounced: true },
        placements: [aPlacement(nodeA, 'eu')],
      });
    tell(false);
    await known(meetingId);
    const ada = await enter(replica.port, meetingId);
    expect(ada.welcome.recording).toBe(false);
    tell(true);
    await ada.client.event('recording', ({ recording, aloud }) => recording && aloud);
    const lobby = await fetch(`http://127.0.0.1:${String(replica.port)}/v1/meetings/${meetingId}`);
    expect(await lobby.json()).toMatchObject({ recording: true });
    const bob = await enter(replica.port, meetingId);
    expect(bob.welcome).toMatchObject({ recording: true, recordingAloud: true });
    tell(false);
    await Promise.all([ada, bob].map(({ client }) => client.event('recording', ({ recording }) => !recording)));
    expect(ada.client.events.filter(({ type }) => type === 'recording')).toHaveLength(2);
    ada.client.cut();
    bob.client.cut();
  });

  test('the region that the client names decides where it goes, and the operator makes room there', async () => {
    const meetingId = await aMeeting();
    operator.offer(meetingId, [aPlacement(nodeB, 'us')]);
    const home = await enter(replica.port, meetingId, { region: 'eu' });
    expect(home.welcome.node).toBe('node-a');
    const away = await enter(replica.port, meetingId, { region: 'us' });
    expect(away.welcome.node).toBe('node-b');
    home.client.cut();
    away.client.cut();
  });

  test('a meeting without a placement gets one from the operator', async () => {
    const meetingId = aMeetingId();
    operator.set({ meetingId, state: MeetingState.PENDING, settings: { title: 'Later' } });
    await known(meetingId);
    operator.offer(meetingId, [aPlacement(nodeB, 'us')]);
    const { client, welcome } = await enter(replica.port, meetingId);
    expect(welcome.node).toBe('node-b');
    client.cut();
  });
});

describe('a webinar', () => {
  const dtlsParameters = { fingerprints: [{ algorithm: 'sha-256' as const, value: 'AA:BB' }] };
  const microphone: Omit<ClientMessageInputOf<'produce'>, 'id'> = {
    type: 'produce',
    kind: 'audio',
    source: 'microphone',
    rtpParameters: {
      codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000 }],
      encodings: [{ ssrc: 2 }],
    },
  };

  async function aWebinar(passcodeHash = ''): Promise<string> {
    const meetingId = aMeetingId();
    operator.set({
      meetingId,
      settings: { webinar: true, speakerPasscodeHash: await hash('on air'), passcodeHash, maxParticipants: 100 },
      placements: [aPlacement(nodeA, 'eu'), { ...aPlacement(nodeB, 'eu'), viewersOnly: true }],
    });
    await known(meetingId);
    return meetingId;
  }

  test('who has the speakers’ passcode speaks; all others receive, are told so, and are told of to nobody', async () => {
    const meetingId = await aWebinar();
    const lobby = await fetch(`http://127.0.0.1:${String(replica.port)}/v1/meetings/${meetingId}`);
    expect(await lobby.json()).toMatchObject({ mode: 'Webinar', passcodeRequired: false });
    expect((await postJoin(replica.port, meetingId, { speakerPasscode: 'on err' })).body.code).toBe('PasscodeWrong');
    expect((await postJoin(replica.port, meetingId)).body.role).toBe('viewer');
    expect((await postJoin(replica.port, meetingId, { speakerPasscode: 'on air' })).body.role).toBe('speaker');

    const vera = await enter(replica.port, meetingId, { name: 'Vera' });
    expect(vera.welcome.node).toBe('node-b');
    expect(vera.welcome.participants.map(({ name }) => name)).toEqual(['Vera']);
    await expect(vera.client.request(microphone)).rejects.toMatchObject({ code: 'ViewersOnlyReceive' });
    const label = { type: 'produceData', label: 'chat', protocol: '', sctpStreamParameters: { streamId: 1 } } as const;
    await expect(vera.client.request(label)).rejects.toMatchObject({ code: 'ViewersOnlyReceive' });

    const sam = await enter(replica.port, meetingId, { name: 'Sam', speakerPasscode: 'on air' });
    expect(sam.welcome.node).toBe('node-a');
    await sam.client.request({ type: 'connectTransport', direction: 'send', dtlsParameters });
    await sam.client.request(microphone);
    const vic = await enter(replica.port, meetingId, { name: 'Vic' });
    expect(vic.welcome.participants.map(({ name }) => name)).toEqual(['Vic']);
    vic.client.cut();
    // What holds when it comes back.
    const again = await resume(replica.port, vera.welcome.resumeToken);
    await expect(again.client.request(microphone)).rejects.toMatchObject({ code: 'ViewersOnlyReceive' });
    await again.client.request({ type: 'leave' });
    for (const { events } of [sam.client, vera.client, again.client])
      expect(events.filter(({ type }) => type.startsWith('participant'))).toEqual([]);
    sam.client.cut();
  });

  test('on one node speakers and viewers hear of speakers, and of no viewer', async () => {
    const meetingId = aMeetingId();
    const speakerPasscodeHash = await hash('on air');
    operator.set({
      meetingId,
      settings: { webinar: true, speakerPasscodeHash },
      placements: [aPlacement(nodeA, 'eu')],
    });
    await known(meetingId);
    const vera = await enter(replica.port, meetingId, { name: 'Vera' });
    const sam = await enter(replica.port, meetingId, { name: 'Sam', speakerPasscode: 'on air' });
    const ada = await enter(replica.port, meetingId, { name: 'Ada', speakerPasscode: 'on air' });
    expect(ada.welcome.participants.map(({ name }) => name).toSorted()).toEqual(['Ada', 'Sam']);
    await vera.client.event('participantJoined', ({ participant }) => participant.name === 'Ada');
    await vera.client.request({ type: 'leave' });
    await ada.client.request({ type: 'leave' });
    await sam.client.event('participantLeft');
    expect(sam.client.events.filter(({ type }) => type === 'participantLeft')).toHaveLength(1);
    expect(sam.client.events.filter(({ type }) => type === 'participantJoined')).toHaveLength(1);
    sam.client.cut();
  });

  test('viewers give the meeting’s passcode, speakers theirs alone; without theirs nobody speaks', async () => {
    const meetingId = await aWebinar(await hash('sesame'));
    expect((await postJoin(replica.port, meetingId)).body.code).toBe('PasscodeRequired');
    expect((await postJoin(replica.port, meetingId, { passcode: 'on air' })).body.code).toBe('PasscodeWrong');
    expect((await postJoin(replica.port, meetingId, { passcode: 'sesame' })).body.role).toBe('viewer');
    expect((await postJoin(replica.port, meetingId, { speakerPasscode: 'on air' })).body.role).toBe('speaker');
    expect((await postJoin(replica.port, meetingId, { speakerPasscode: '' })).body.code).toBe('PasscodeRequired');
  });
});

describe('being refused', () => {
  test('an unknown meeting', async () => {
    const { status, body, headers } = await postJoin(replica.port, 'zzz-zzzz-zzz');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ code: 'MeetingNotFound', status: 404 });
  });

  test('an ended meeting says why it ended', async () => {
    const meetingId = await aMeeting();
    await expect.poll(async () => (await postJoin(replica.port, meetingId)).status).toBe(200);
    operator.remove(meetingId, EndReason.DELETED);
    await expect
      .poll(async () => (await postJoin(replica.port, meetingId)).body)
      .toMatchObject({ code: 'MeetingEnded', status: 410, detail: expect.stringContaining('deleted') as string });
  });

  test('a passcode: none, a wrong one, the right one, and too many wrong ones', async () => {
    const meetingId = await aMeeting({ passcodeHash: await hash('sesame') });
    const lobby = await fetch(`http://127.0.0.1:${String(replica.port)}/v1/meetings/${meetingId}`);
    expect(await lobby.json()).toEqual({
      id: meetingId,
      title: 'Standup',
      mode: 'SFU',
      phase: 'Placed',
      passcodeRequired: true,
      hasHosts: false,
      recording: false,
    });
    expect((await postJoin(replica.port, meetingId)).body.code).toBe('PasscodeRequired');
    expect((await postJoin(replica.port, meetingId, { passcode: 'simsalabim' })).body.code).toBe('PasscodeWrong');
    expect((await postJoin(replica.port, meetingId, { passcode: 'sesame' })).status).toBe(200);
    for (let tried = 0; tried < 9; tried += 1) await postJoin(replica.port, meetingId, { passcode: 'wrong' });
    const last = await postJoin(replica.port, meetingId, { passcode: 'sesame' });
    expect(last).toMatchObject({ status: 429, body: { code: 'TooManyAttempts' } });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(replica.lines.join('')).not.toMatch(/sesame|simsalabim/);
  });

  test('more than the meeting takes, by REST and by a token from before it was full', async () => {
    const meetingId = await aMeeting({ maxParticipants: 1 });
    const early = await postJoin(replica.port, meetingId);
    const ada = await enter(replica.port, meetingId);
    await expect
      .poll(async () => (await postJoin(replica.port, meetingId)).body)
      .toMatchObject({ code: 'MeetingFull', status: 409 });
    const late = await openClient(replica.port);
    const hello = late.request({ type: 'hello', token: early.body.token, rtpCapabilities, subscribe: 'all' });
    await expect(hello).rejects.toMatchObject({ code: 'MeetingFull' });
    expect(await late.closed).toEqual({ code: 4409, reason: 'MeetingFull' });
    ada.client.cut();
  });

  test('when no node has room, one waits until somebody leaves', async () => {
    const small = await startFakeNode({ name: 'node-small', region: 'eu', participantLimit: 1 });
    const meetingId = aMeetingId();
    operator.set({ meetingId, settings: {}, placements: [aPlacement(small, 'eu', 1)] });
    await known(meetingId);
    const ada = await enter(replica.port, meetingId);
    const waiting = await postJoin(replica.port, meetingId);
    // The operator has nothing better, so the node itself has the last word.
    const client = await openClient(replica.port);
    const hello = client.request({ type: 'hello', token: waiting.body.token, rtpCapabilities, subscribe: 'all' });
    expect(await client.event('waiting')).toMatchObject({ reason: 'NoCapacity', ahead: 0 });
    await ada.client.request({ type: 'leave' });
    expect((await hello).node).toBe('node-small');
    client.cut();
    await small.stop();
  });

  test('a body that is not valid names the field', async () => {
    const { status, body } = await postJoin(replica.port, await aMeeting(), { name: '' });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'InvalidRequest', detail: expect.stringContaining('name') as string });
  });

  test('a body that is too large, and one that is no JSON', async () => {
    const url = `http://127.0.0.1:${String(replica.port)}/v1/meetings/${await aMeeting()}/join`;
    const large = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x'.repeat(20_000) }),
    });
    expect(await large.json()).toMatchObject({ code: 'PayloadTooLarge', status: 413 });
    const broken = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
    expect(await broken.json()).toMatchObject({ code: 'InvalidRequest', status: 400 });
    const text = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'hi' });
    expect(await text.json()).toMatchObject({ code: 'UnsupportedMediaType', status: 415 });
  });
});
