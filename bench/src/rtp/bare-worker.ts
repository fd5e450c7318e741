/** mediasoup by itself, with nothing of a node around it: what a worker's own share of the cost is. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createWorker, type types } from 'mediasoup';
import type { DtlsIdentity } from './dtls-identity.js';
import { rtpCapabilities } from './meeting-client.js';
import type { SrtpSuite } from './srtp.js';
import type { RtpStream } from './streams.js';
import { connectTransport, type TransportClient } from './transport-client.js';

export interface BareWorker {
  readonly pid: number;
  /** One producer and so many consumers, each on a WebRtcTransport of its own, all connected. */
  openFanOut(stream: RtpStream, consumers: number): Promise<FanOut>;
  close(): void;
}

export interface FanOut {
  readonly sender: Pick<TransportClient, 'send'>;
  readonly receivers: readonly Pick<TransportClient, 'onMedia'>[];
  close(): void;
}

export interface BareWorkerInit {
  /** `none`: plain RTP. */
  readonly suite: SrtpSuite | 'none';
  readonly identity: DtlsIdentity;
}

const mediaCodecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
];

export async function startBareWorker({ suite, identity }: BareWorkerInit): Promise<BareWorker> {
  const worker = await createWorker({ logLevel: 'none' });
  const server = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }] });
  const open = async (router: types.Router): Promise<[types.Transport, TransportClient]> =>
    suite === 'none' ? openPlain(router) : openWebRtc(router, { server, suite, identity });
  return {
    pid: worker.pid,
    openFanOut: async (stream, consumers) => {
      const router = await worker.createRouter({ mediaCodecs });
      const [sendTransport, sender] = await open(router);
      const { kind } = stream;
      const producer = await sendTransport.produce({
        kind,
        rtpParameters: stream.rtpParameters as types.RtpParameters,
      });
      const receivers: TransportClient[] = [];
      for (let count = 0; count < consumers; count++) {
        const [transport, client] = await open(router);
        await transport.consume({ producerId: producer.id, rtpCapabilities: rtpCapabilities });
        receivers.push(client);
      }
      return {
        sender,
        receivers,
        close: () => {
          for (const client of [sender, ...receivers]) client.close();
          router.close();
        },
      };
    },
    close: () => worker.close(),
  };
}

interface WebRtcInit {
  readonly server: types.WebRtcServer;
  readonly suite: SrtpSuite;
  readonly identity: DtlsIdentity;
}

async function openWebRtc(router: types.Router, init: WebRtcInit): Promise<[types.Transport, TransportClient]> {
  const transport = await router.createWebRtcTransport({ webRtcServer: init.server });
  await transport.connect({
    dtlsParameters: { role: 'client', fingerprints: [{ algorithm: 'sha-256', value: init.identity.fingerprint }] },
  });
  const [candidate] = transport.iceCandidates;
  if (candidate === undefined) throw new Error('mediasoup gave no candidate');
  const server = { ice: transport.iceParameters, address: candidate.address, port: candidate.port };
  return [transport, await connectTransport({ server, suite: init.suite, identity: init.identity })];
}

async function openPlain(router: types.Router): Promise<[types.Transport, TransportClient]> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    comedia: true,
    rtcpMux: true,
  });
  const client = await connectPlain(transport.tuple.localPort);
  return [transport, client];
}

async function connectPlain(port: number): Promise<TransportClient> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  // Comedia: the first datagram tells where to answer. An empty receiver report will do.
  socket.send(Buffer.from([0x80, 0xc9, 0, 1, 0, 0, 0, 1]));
  return {
    send: (_ssrc, { header, payload }) => socket.send([header, payload]),
    onMedia: (listener) => void socket.on('message', listener),
    close: () => socket.close(),
  };
}
