import type { Role } from '@parley/signaling/protocol/rest.js';
import type { Consumer } from '@parley/signaling/protocol/responses.js';
import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Device } from 'mediasoup-client';
import {
  generateConsumerRemoteParameters,
  generateLocalDtlsParameters,
  generateNativeRtpCapabilities,
} from 'mediasoup-client/fakeParameters';
import { FakeHandler } from 'mediasoup-client/handlers/FakeHandler';
import type { RtpCapabilities } from 'mediasoup-client/types';
import { describe, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from './fakes/fake-clock.js';
import { aParticipant, aProducer, createFakeServer, routerCapabilities, type FakeServer } from './fakes/fake-server.js';
import type { MeetingState } from './meeting-events.js';
import { Meeting } from './meeting.js';
import { SignalingSession } from './session/signaling-session.js';

async function aMeeting(
  prepare: (server: FakeServer) => void = () => undefined,
  autoSubscribe = true,
  role: Role = 'speaker',
) {
  const clock = createFakeClock();
  const server = createFakeServer();
  prepare(server);
  const fake = FakeHandler.createFactory({ generateNativeRtpCapabilities, generateLocalDtlsParameters });
  /** Of the browser's peer connections, the newest last. */
  const peers: FakeHandler[] = [];
  const factory: typeof fake.factory = (options) => {
    const handler = fake.factory(options);
    peers.push(handler as FakeHandler);
    return handler;
  };
  const device = new Device({ handlerFactory: { ...fake, factory } });
  await device.load({ routerRtpCapabilities: routerCapabilities() as RtpCapabilities });
  const options = { url: 'ws://server', token: 'token', rtpCapabilities: {}, subscribe: 'all' as const };
  const meeting = new Meeting({
    device,
    clock,
    autoSubscribe,
    role,
    openSession: (handlers) => new SignalingSession(options, { openSocket: server.openSocket, clock }, handlers),
  });
  const states: MeetingState['kind'][] = [];
  meeting.on('stateChanged', ({ kind }) => states.push(kind));
  meeting.on('mediaFailed', (error) => console.error(error.stack));
  await meeting.enter();
  await clock.advance(0);
  return { clock, server, meeting, states, peers };
}

/** Someone who sends one thing, and what the server makes of consuming it. */
function addSender(server: FakeServer, name: string, kind: 'audio' | 'video' = 'audio', modes = 'L3T3'): string {
  const producerId = `producer-${name}`;
  const codecMimeType = kind === 'audio' ? 'audio/opus' : 'video/VP8';
  const { rtpParameters } = generateConsumerRemoteParameters({ codecMimeType });
  const consumer = {
    id: `consumer-${name}`,
    producerId,
    participantId: name,
    kind,
    source: kind === 'audio' ? 'microphone' : 'camera',
    rtpParameters: { ...rtpParameters, encodings: [{ ssrc: 1, scalabilityMode: modes }] },
    paused: true,
    producerPaused: false,
    type: 'simulcast',
  };
  server.consumers.set(producerId, JSON.parse(JSON.stringify(consumer)) as Consumer);
  server.participants.push(aParticipant(name));
  server.producers.push(aProducer(producerId, name, { kind, source: consumer.source, layered: kind === 'video' }));
  return producerId;
}

/** Passes time in small steps until it holds, as what the browser does in between takes time of its own. */
async function eventually(clock: FakeClock, check: () => void): Promise<void> {
  for (let step = 0; step < 100; step++) {
    try {
      check();
      return;
    } catch {
      await clock.advance(20);
    }
  }
  check();
}

const aTrack = (kind = 'audio') =>
  new FakeMediaStreamTrack({ kind, data: {}, settings: { width: 1280, height: 720, frameRate: 30 } });
const trackOf = (meeting: Meeting, name: string) => meeting.participants.find(({ id }) => id === name)?.media[0]?.track;
const updatesOf = (server: FakeServer) => server.requestsOf('updateConsumers').flatMap(({ items }) => items);

test('whether the meeting is recorded is known from the first moment on, and told when it changes', async () => {
  const { clock, server, meeting } = await aMeeting((s) => (s.recording = true));
  const told: boolean[] = [];
  meeting.on('recordingChanged', (recording) => told.push(recording));
  expect(meeting.recording).toBe(true);
  for (const recording of [true, false, true]) server.send({ type: 'recording', recording, aloud: recording });
  await clock.advance(0);
  expect([meeting.recording, meeting.recordingAloud, told]).toEqual([true, true, [false, true]]);
});

describe('receiving', () => {
  test('everything that is there is asked for in one message, and resumed in one', async () => {
    const { clock, server, meeting } = await aMeeting((s) =>
      ['ann', 'ben', 'cid'].forEach((name) => addSender(s, name)),
    );
    await eventually(clock, () => expect(trackOf(meeting, 'cid')?.kind).toBe('audio'));
    await eventually(clock, () => expect(updatesOf(server)).toHaveLength(3));
    expect(server.requestsOf('consume').map(({ items }) => items.length)).toEqual([3]);
    expect(server.requestsOf('updateConsumers')).toHaveLength(1);
    expect(updatesOf(server).every(({ paused }) => paused === false)).toBe(true);
  });

  test('what comes later in one moment is asked for together', async () => {
    const { clock, server } = await aMeeting();
    for (const name of ['ann', 'ben']) {
      addSender(server, name);
      server.send({ type: 'participantJoined', participant: server.participants.at(-1)! });
      server.send({ type: 'producerAdded', producer: server.producers.at(-1)! });
    }
    await clock.advance(200);
    expect(server.requestsOf('consume').map(({ items }) => items.length)).toEqual([2]);
  });

  test('layers follow the tile: size, hidden, shown again; and changes in one moment travel together', async () => {
    const { clock, server, meeting } = await aMeeting((s) => {
      addSender(s, 'ann', 'video');
      addSender(s, 'ben', 'video');
    });
    await eventually(clock, () => expect(updatesOf(server)).toHaveLength(2));
    const before = server.requestsOf('updateConsumers').length;
    meeting.setVideoHint('producer-ann', { widthPx: 300, visible: true });
    meeting.setVideoHint('producer-ben', { widthPx: 600, visible: true });
    await clock.advance(200);
    expect(server.requestsOf('updateConsumers')).toHaveLength(before + 1);
    expect(updatesOf(server).slice(-2)).toMatchObject([
      { consumerId: 'consumer-ann', preferredLayers: { spatial: 0 } },
      { consumerId: 'consumer-ben', preferredLayers: { spatial: 1 } },
    ]);
    meeting.setVideoHint('producer-ann', { widthPx: 300, visible: false });
    await clock.advance(200);
    expect(updatesOf(server).at(-1)).toEqual({ consumerId: 'consumer-ann', paused: true });
    meeting.setVideoHint('producer-ann', { widthPx: 300, visible: true });
    await clock.advance(200);
    expect(updatesOf(server).at(-1)).toMatchObject({ consumerId: 'consumer-ann', paused: false });
  });

  test('what cannot be received is not asked for again and again', async () => {
    const { clock, server } = await aMeeting((s) => {
      s.producers.push(aProducer('strange', 'ann'));
      s.strange.add('strange');
      s.participants.push(aParticipant('ann'));
    });
    await clock.advance(20_000);
    expect(server.requestsOf('consume')).toHaveLength(1);
  });

  test('what the node does not know yet is asked for again', async () => {
    const { clock, server, meeting } = await aMeeting((s) => addSender(s, 'ann'));
    const [producerId, consumer] = [...server.consumers][0]!;
    server.consumers.delete(producerId);
    server.send({ type: 'consumerClosed', consumerId: consumer.id });
    await clock.advance(5_000);
    expect(trackOf(meeting, 'ann')).toBeUndefined();
    server.consumers.set(producerId, consumer);
    await clock.advance(2_000);
    expect(trackOf(meeting, 'ann')).toBeDefined();
  });

  test('without autoSubscribe only what is named is received', async () => {
    const { clock, server, meeting } = await aMeeting(
      (s) => ['ann', 'ben'].forEach((name) => addSender(s, name)),
      false,
    );
    await clock.advance(200);
    expect(server.requestsOf('consume')).toEqual([]);
    meeting.subscribe(['producer-ben']);
    await clock.advance(200);
    expect(trackOf(meeting, 'ben')).toBeDefined();
    expect(trackOf(meeting, 'ann')).toBeUndefined();
    meeting.unsubscribe(['producer-ben']);
    await clock.advance(200);
    expect(updatesOf(server).at(-1)).toEqual({ consumerId: 'consumer-ben', closed: true });
    expect(trackOf(meeting, 'ben')).toBeUndefined();
  });

  test('a consumer that the server closed is asked for again while its producer is there', async () => {
    const { clock, server, meeting } = await aMeeting((s) => addSender(s, 'ann'));
    await clock.advance(200);
    server.send({ type: 'consumerClosed', consumerId: 'consumer-ann' });
    expect(trackOf(meeting, 'ann')).toBeUndefined();
    await clock.advance(2_000);
    expect(trackOf(meeting, 'ann')).toBeDefined();
  });

  describe('what comes by another path', () => {
    const supersede = (server: FakeServer): void => {
      server.consumers.set('producer-ann', { ...server.consumers.get('producer-ann')!, id: 'consumer-ann-2' });
      server.send({ type: 'consumerSuperseded', consumerId: 'consumer-ann' });
    };

    test('is received by both until the new one has arrived, and then by that alone (law 3)', async () => {
      const { clock, server, meeting } = await aMeeting((s) => addSender(s, 'ann', 'video'));
      await eventually(clock, () => expect(updatesOf(server)).toHaveLength(1));
      const before = trackOf(meeting, 'ann');
      supersede(server);
      await eventually(clock, () => expect(trackOf(meeting, 'ann')).not.toBe(before));
      expect(trackOf(meeting, 'ann')).toBeDefined();
      expect(before?.readyState).toBe('live');
      await eventually(clock, () =>
        expect(updatesOf(server)).toContainEqual({ consumerId: 'consumer-ann', closed: true }),
      );
      expect(updatesOf(server)).toContainEqual({ consumerId: 'consumer-ann-2', paused: false });
      expect(before?.readyState).toBe('ended');
      expect(trackOf(meeting, 'ann')?.readyState).toBe('live');
    });

    test('is not missed when the server closes the old one first', async () => {
      const { clock, server, meeting } = await aMeeting((s) => addSender(s, 'ann', 'video'));
      await eventually(clock, () => expect(updatesOf(server)).toHaveLength(1));
      supersede(server);
      server.send({ type: 'consumerClosed', consumerId: 'consumer-ann' });
      await clock.advance(200);
      expect(trackOf(meeting, 'ann')).toBeDefined();
      expect(server.requestsOf('consume')).toHaveLength(2);
    });

    test('is let go of when nobody wants it any more', async () => {
      const { clock, server, meeting } = await aMeeting((s) => addSender(s, 'ann', 'video'));
      await eventually(clock, () => expect(updatesOf(server)).toHaveLength(1));
      supersede(server);
      meeting.unsubscribe(['producer-ann']);
      await clock.advance(3_000);
      expect(updatesOf(server)).toContainEqual({ consumerId: 'consumer-ann', closed: true });
      expect(server.requestsOf('consume')).toHaveLength(1);
      expect(trackOf(meeting, 'ann')).toBeUndefined();
    });
  });
});

describe('sending', () => {
  test('a camera goes up in simulcast, a microphone with FEC and DTX', async () => {
    const { server, meeting } = await aMeeting();
    await meeting.publish(aTrack('video'), { source: 'camera' });
    await meeting.publish(aTrack(), { source: 'microphone' });
    const [camera, microphone] = server.requestsOf('produce');
    expect(camera?.rtpParameters.encodings).toHaveLength(3);
    expect(microphone).toMatchObject({ kind: 'audio', source: 'microphone', paused: false });
  });

  test('muting pauses on both sides, and twice is once', async () => {
    const { server, meeting } = await aMeeting();
    await meeting.publish(aTrack(), { source: 'microphone' });
    await meeting.setPaused('microphone', true);
    await meeting.setPaused('microphone', true);
    expect(server.requestsOf('updateProducers').flatMap(({ items }) => items)).toMatchObject([{ paused: true }]);
    expect(meeting.participants[0]?.media[0]?.paused).toBe(true);
  });

  test('who unmutes while the microphone is being set up is not left muted', async () => {
    const { clock, server, meeting } = await aMeeting();
    const publishing = meeting.publish(aTrack(), { source: 'microphone', paused: true });
    await meeting.setPaused('microphone', false);
    await publishing;
    await clock.advance(0);
    expect(server.requestsOf('produce')[0]?.paused).toBe(true);
    expect(server.requestsOf('updateProducers').flatMap(({ items }) => items)).toMatchObject([{ paused: false }]);
  });

  test('another device takes the place of the first without a new producer', async () => {
    const { server, meeting } = await aMeeting();
    const second = aTrack();
    await meeting.publish(aTrack(), { source: 'microphone' });
    await meeting.publish(second, { source: 'microphone' });
    expect(server.requestsOf('produce')).toHaveLength(1);
    expect(meeting.participants[0]?.media[0]?.track).toBe(second);
  });

  test('what is unpublished is closed', async () => {
    const { server, meeting } = await aMeeting();
    await meeting.publish(aTrack('video'), { source: 'camera' });
    await meeting.unpublish('camera');
    expect(server.requestsOf('updateProducers').flatMap(({ items }) => items)).toMatchObject([{ closed: true }]);
    expect(meeting.participants[0]?.media).toEqual([]);
  });
});

describe('a lost socket', () => {
  test('leaves tracks as they are, and brings what was missed', async () => {
    const { clock, server, meeting, states } = await aMeeting((s) => addSender(s, 'ann'));
    await meeting.publish(aTrack(), { source: 'microphone' });
    await clock.advance(200);
    const track = trackOf(meeting, 'ann');
    const seen: string[] = [];
    meeting.on('participantJoined', ({ id }) => seen.push(`${id} joined`));
    server.down = true;
    server.drop();
    addSender(server, 'ben');
    server.down = false;
    await clock.advance(2_000);
    expect(states).toEqual(['Reconnecting', 'Connected']);
    expect(trackOf(meeting, 'ann')).toBe(track);
    expect(trackOf(meeting, 'ben')).toBeDefined();
    expect(seen).toEqual(['ben joined']);
    expect(server.requestsOf('produce')).toHaveLength(1);
    expect(server.requestsOf('connectTransport').filter(({ direction }) => direction === 'send')).toHaveLength(1);
  });

  test('does not lose a mute that was said meanwhile', async () => {
    const { clock, server, meeting } = await aMeeting();
    await meeting.publish(aTrack(), { source: 'microphone' });
    server.down = true;
    server.drop();
    const muting = meeting.setPaused('microphone', true);
    server.down = false;
    await clock.advance(2_000);
    await muting;
    expect(
      server
        .requestsOf('updateProducers')
        .flatMap(({ items }) => items)
        .at(-1),
    ).toMatchObject({ paused: true });
  });

  test('does not lose a camera that was published meanwhile', async () => {
    const { clock, server, meeting } = await aMeeting();
    server.down = true;
    server.drop();
    const publishing = meeting.publish(aTrack('video'), { source: 'camera' });
    server.down = false;
    await clock.advance(2_000);
    await publishing;
    expect(server.requestsOf('produce')).toHaveLength(1);
  });

  test('that stays lost closes the meeting, and says why', async () => {
    const { clock, server, meeting } = await aMeeting();
    server.down = true;
    server.drop();
    await clock.advance(31_000);
    expect(meeting.state).toMatchObject({
      kind: 'Closed',
      reason: { kind: 'Failed', error: { code: 'ConnectionLost' } },
    });
  });
});

describe('lost media', () => {
  test('is built anew: new transports, the same tracks sent, everything received again', async () => {
    const { clock, server, meeting, states } = await aMeeting((s) => addSender(s, 'ann'));
    await meeting.publish(aTrack(), { source: 'microphone' });
    await clock.advance(200);
    const before = trackOf(meeting, 'ann');
    server.send({ type: 'mediaReset', reason: 'NodeLost' });
    expect(meeting.state).toEqual({ kind: 'Reconnecting', media: false });
    await clock.advance(500);
    expect(states).toEqual(['Reconnecting', 'Connected']);
    expect(server.requestsOf('rejoin').map(({ unreachable }) => unreachable)).toEqual([false]);
    expect(server.requestsOf('produce')).toHaveLength(2);
    expect(trackOf(meeting, 'ann')).toBeDefined();
    expect(trackOf(meeting, 'ann')).not.toBe(before);
  });

  test('whom the other node does not know yet was not the one to leave', async () => {
    const { clock, server, meeting } = await aMeeting((s) => addSender(s, 'ann'));
    const left: string[] = [];
    meeting.on('participantLeft', ({ id }, reason) => left.push(`${id} ${reason}`));
    server.participants.length = 0;
    server.producers.length = 0;
    server.send({ type: 'mediaReset', reason: 'NodeLost' });
    await clock.advance(500);
    expect(left).toEqual(['ann NodeLost']);
  });

  test('is asked for before the browser closes what is gone: closing takes it time', async () => {
    const { clock, server, peers } = await aMeeting((s) => addSender(s, 'ann'));
    await clock.advance(200);
    let askedBefore = -1;
    const [receive] = peers;
    const close = receive!.close.bind(receive);
    receive!.close = () => {
      askedBefore = server.requestsOf('rejoin').length;
      close();
    };
    server.send({ type: 'mediaReset', reason: 'NodeLost' });
    expect(askedBefore).toBe(1);
  });

  test('that two restarts of ICE do not bring back: another node is asked for', async () => {
    const { clock, server, peers } = await aMeeting((s) => addSender(s, 'ann'));
    await clock.advance(200);
    peers[0]?.setConnectionState('connected');
    peers[0]?.setConnectionState('failed');
    await clock.advance(11_000);
    expect(server.requestsOf('restartIce')).toHaveLength(2);
    expect(server.requestsOf('rejoin').map(({ unreachable }) => unreachable)).toEqual([true]);
  });

  test('keeps a mute', async () => {
    const { clock, server, meeting } = await aMeeting();
    await meeting.publish(aTrack(), { source: 'microphone' });
    await meeting.setPaused('microphone', true);
    server.send({ type: 'mediaReset', reason: 'NodeLost' });
    await clock.advance(500);
    expect(server.requestsOf('produce').at(-1)?.paused).toBe(true);
  });

  test('is asked for again while no node has room', async () => {
    const { clock, server, meeting } = await aMeeting();
    server.failOn.set('rejoin', 'NoCapacity');
    server.send({ type: 'mediaReset', reason: 'NodeLost' });
    await clock.advance(5_000);
    expect(server.requestsOf('rejoin').length).toBeGreaterThan(2);
    server.failOn.clear();
    await clock.advance(4_000);
    expect(meeting.state).toEqual({ kind: 'Connected' });
  });

  test('survives a socket that is lost at the same time', async () => {
    const { clock, server, meeting } = await aMeeting();
    server.silentOn.add('rejoin');
    server.send({ type: 'mediaReset', reason: 'NodeLost' });
    await clock.advance(10);
    server.drop();
    server.silentOn.clear();
    await clock.advance(3_000);
    expect(meeting.state).toEqual({ kind: 'Connected' });
  });
});

describe('the end', () => {
  test('by the host is told with its reason', async () => {
    const { server, meeting } = await aMeeting();
    server.send({ type: 'ended', reason: 'EndedByHost' });
    expect(meeting.state).toEqual({ kind: 'Closed', reason: { kind: 'Ended', endReason: 'EndedByHost' } });
  });

  test('by leaving tells the server and leaves nothing open', async () => {
    const { clock, server, meeting } = await aMeeting((s) => addSender(s, 'ann'));
    await clock.advance(200);
    const track = trackOf(meeting, 'ann');
    meeting.leave();
    expect(server.requestsOf('leave')).toHaveLength(1);
    expect(server.sockets).toBe(0);
    expect(track?.readyState).toBe('ended');
    const requests = server.requests.length;
    await clock.advance(60_000);
    expect(server.requests).toHaveLength(requests);
  });
});

describe('a node that is emptied (law 3)', () => {
  test('what is sent and received goes on until it does over the other node, and then leaves this one', async () => {
    const { clock, server, meeting, states } = await aMeeting((s) => void addSender(s, 'ann'));
    await meeting.publish(aTrack(), { source: 'microphone' });
    await eventually(clock, () => expect(trackOf(meeting, 'ann')).toBeDefined());
    const before = trackOf(meeting, 'ann');
    server.send({ type: 'migrate' });
    await eventually(clock, () => expect(server.requestsOf('produce')).toHaveLength(2));
    expect(before?.readyState).toBe('live');
    expect(server.requestsOf('migrated')).toEqual([]);
    await eventually(clock, () => expect(server.requestsOf('migrated')).toHaveLength(1));
    await eventually(clock, () => expect(before?.readyState).toBe('ended'));
    expect(trackOf(meeting, 'ann')?.readyState).toBe('live');
    expect(states).not.toContain('Reconnecting');
  });

  test('asked twice, it moves once', async () => {
    const { clock, server } = await aMeeting();
    server.send({ type: 'migrate' });
    server.send({ type: 'migrate' });
    await eventually(clock, () => expect(server.requestsOf('migrated')).toHaveLength(1));
    expect(server.requestsOf('migrate')).toHaveLength(1);
  });

  test('where there is no room elsewhere, everything stays as it is, and it can be asked again', async () => {
    const { clock, server, meeting } = await aMeeting((s) => void addSender(s, 'ann'));
    await eventually(clock, () => expect(trackOf(meeting, 'ann')).toBeDefined());
    const before = trackOf(meeting, 'ann');
    server.failOn.set('migrate', 'NoCapacity');
    server.send({ type: 'migrate' });
    await clock.advance(5_000);
    expect(trackOf(meeting, 'ann')).toBe(before);
    expect(before?.readyState).toBe('live');
    server.failOn.clear();
    server.send({ type: 'migrate' });
    await eventually(clock, () => expect(server.requestsOf('migrated')).toHaveLength(1));
  });

  test('who mutes while moving is silent on both nodes', async () => {
    const { clock, server, meeting } = await aMeeting();
    await meeting.publish(aTrack(), { source: 'microphone' });
    server.send({ type: 'migrate' });
    await eventually(clock, () => expect(server.requestsOf('produce')).toHaveLength(2));
    await meeting.setPaused('microphone', true);
    await clock.advance(100);
    expect(meeting.participants.find(({ isLocal }) => isLocal)?.media[0]?.paused).toBe(true);
    const [paused] = server.requestsOf('updateProducers').flatMap(({ items }) => items);
    expect(paused).toMatchObject({ producerId: server.requestsOf('produce')[1]?.producerId, paused: true });
  });
});

test('a viewer of a webinar is told at once that viewers send nothing', async () => {
  const { meeting, server } = await aMeeting(undefined, true, 'viewer');
  const track = new FakeMediaStreamTrack({ kind: 'audio' });
  await expect(meeting.publish(track, { source: 'microphone' })).rejects.toMatchObject({ code: 'ViewersOnlyReceive' });
  await expect(meeting.sendData('chat', 'hi')).rejects.toMatchObject({ code: 'ViewersOnlyReceive' });
  expect(server.requestsOf('produce')).toEqual([]);
});
