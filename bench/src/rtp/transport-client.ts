/** The client's end of one WebRTC transport: ICE consent, DTLS by OpenSSL, SRTP out, and datagrams in as they are. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { shakeHands } from './dtls-handshake.js';
import type { DtlsIdentity } from './dtls-identity.js';
import { createRtpProtector, type MasterKey, type RtpPacket, type RtpProtector, type SrtpSuite } from './srtp.js';
import { buildBindingRequest, type IceCredentials } from './stun.js';

export interface ServerTransport {
  readonly ice: IceCredentials;
  readonly address: string;
  readonly port: number;
}

export interface TransportClient {
  /** Encrypts and sends. Every SSRC has its own count of packets. */
  send(ssrc: number, packet: RtpPacket): void;
  /** Hears every RTP and RTCP datagram, still encrypted; the header of RTP is readable. */
  onMedia(listener: (datagram: Buffer) => void): void;
  close(): void;
}

export interface TransportClientInit {
  readonly server: ServerTransport;
  readonly suite: SrtpSuite;
  readonly identity: DtlsIdentity;
}

const consentIntervalMs = 5_000;
const receiveBufferBytes = 4 * 1024 * 1024;

export async function connectTransport({ server, suite, identity }: TransportClientInit): Promise<TransportClient> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBufferBytes });
  socket.connect(server.port, server.address);
  await once(socket, 'connect');
  // A server that went away before its client did.
  socket.on('error', () => undefined);
  let onDtls: (datagram: Buffer) => void = () => undefined;
  let onMedia: (datagram: Buffer) => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    socket.on('message', (datagram) => {
      const first = datagram[0] ?? 0;
      if (first < 4) resolve();
      else if (first < 64) onDtls(datagram);
      else onMedia(datagram);
    });
  });
  const fragment = randomBytes(4).toString('hex');
  const consent = (): void => socket.send(buildBindingRequest(fragment, server.ice));
  consent();
  const timer = setInterval(consent, consentIntervalMs);
  timer.unref();
  try {
    await answered;
    const path = {
      send: (datagram: Buffer) => socket.send(datagram),
      receive: (listener: typeof onDtls) => (onDtls = listener),
    };
    const key = await shakeHands(path, suite, identity);
    return buildClient(socket, { suite, key, timer, onMedia: (listener) => (onMedia = listener) });
  } catch (error) {
    clearInterval(timer);
    socket.close();
    throw error;
  }
}

interface Connected {
  readonly suite: SrtpSuite;
  readonly key: MasterKey;
  readonly timer: NodeJS.Timeout;
  readonly onMedia: TransportClient['onMedia'];
}

function buildClient(socket: Socket, { suite, key, timer, onMedia }: Connected): TransportClient {
  const protectors = new Map<number, RtpProtector>();
  let closed = false;
  return {
    send: (ssrc, packet) => {
      if (closed) return;
      const protect = protectors.get(ssrc) ?? createRtpProtector(suite, key);
      protectors.set(ssrc, protect);
      socket.send(protect(packet));
    },
    onMedia,
    close: () => {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      socket.close();
    },
  };
}
