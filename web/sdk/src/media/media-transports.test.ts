import { Device } from 'mediasoup-client';
import { generateLocalDtlsParameters, generateNativeRtpCapabilities } from 'mediasoup-client/fakeParameters';
import { FakeHandler } from 'mediasoup-client/handlers/FakeHandler';
import type { RtpCapabilities } from 'mediasoup-client/types';
import { expect, test } from 'vitest';
import { createFakeClock } from '../fakes/fake-clock.js';
import { aTransport, routerCapabilities } from '../fakes/fake-server.js';
import { MediaTransports } from './media-transports.js';

const urlOf = (server: string): string => `turn:${server}.example.com:3478?transport=tcp`;
const serversOf = (...names: string[]): { urls: string[] }[] => names.map((name) => ({ urls: [urlOf(name)] }));

/** Two transports of which one is in use: to receive. */
async function receiving(servers: readonly string[]) {
  const clock = createFakeClock();
  let peer: FakeHandler | undefined;
  const fake = FakeHandler.createFactory({ generateNativeRtpCapabilities, generateLocalDtlsParameters });
  const factory: typeof fake.factory = (options) => (peer = fake.factory(options) as FakeHandler);
  const device = new Device({ handlerFactory: { ...fake, factory } });
  await device.load({ routerRtpCapabilities: routerCapabilities() as RtpCapabilities });
  const requests: string[] = [];
  const told: boolean[] = [];
  const transports = new MediaTransports(
    device,
    { transports: { send: aTransport(), receive: aTransport() }, iceServers: serversOf(...servers) },
    {
      clock,
      request: (type) => {
        requests.push(type);
        return Promise.resolve({ iceParameters: {} } as never);
      },
    },
    {
      produce: () => Promise.resolve(''),
      produceData: () => Promise.resolve(''),
      connectedChanged: (connected) => told.push(connected),
      broken: () => undefined,
    },
  );
  /** @param own the server that its path leads over, @param all those that it has candidates of. */
  const isRelayed = (own: string, all: readonly string[]): void => {
    const candidates = all.map((name) => ({
      ...{ id: name, type: 'local-candidate', candidateType: 'relay', relayProtocol: 'tcp', url: urlOf(name) },
    }));
    const pair = { id: 'pair', type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: own };
    peer!.getTransportStats = () => Promise.resolve(new Map([...candidates, pair].map((stat) => [stat.id, stat])));
  };
  return { clock, transports, peer: peer!, requests, told, isRelayed };
}

test('a path over a TURN server that stays is left as it is', async () => {
  const { clock, transports, requests, isRelayed } = await receiving(['a', 'b']);
  isRelayed('a', ['a', 'b']);
  void transports.updateIceServers(serversOf('b', 'a'));
  await clock.advance(10_000);
  expect(requests).toEqual([]);
});

test('one restart of ICE is enough for who goes over to the new path with it', async () => {
  const { clock, transports, requests, isRelayed } = await receiving(['a', 'b']);
  isRelayed('a', ['a', 'b']);
  void transports.updateIceServers(serversOf('b'));
  await clock.advance(500);
  isRelayed('b', ['a', 'b']);
  await clock.advance(10_000);
  expect(requests).toEqual(['restartIce']);
});

test('who clings to the old path: two more make the node forget it', async () => {
  const { clock, transports, requests, isRelayed } = await receiving(['a', 'b']);
  isRelayed('a', ['a', 'b']);
  void transports.updateIceServers(serversOf('b'));
  await clock.advance(1_900);
  expect(requests).toEqual(['restartIce']);
  await clock.advance(8_100);
  expect(requests).toEqual(['restartIce', 'restartIce', 'restartIce']);
});

test('who can reach no other server keeps the old path as long as it works', async () => {
  const { clock, transports, requests, isRelayed } = await receiving(['a', 'b']);
  isRelayed('a', ['a']);
  void transports.updateIceServers(serversOf('b'));
  await clock.advance(10_000);
  expect(requests).toEqual(['restartIce']);
});

test('a moment without a path is no news, a longer one is, and is helped', async () => {
  const { clock, peer, requests, told } = await receiving([]);
  peer.setConnectionState('connected');
  peer.setConnectionState('disconnected');
  await clock.advance(200);
  peer.setConnectionState('connected');
  await clock.advance(2_000);
  expect(told).not.toContain(false);
  peer.setConnectionState('disconnected');
  await clock.advance(400);
  expect(told.at(-1)).toBe(false);
  expect(requests).toEqual([]);
  await clock.advance(1_200);
  expect(requests).toEqual(['restartIce']);
});
