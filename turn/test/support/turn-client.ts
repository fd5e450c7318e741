/**
 * The smallest TURN client that can tell what a server allows (RFC 8656): allocate, permit a peer, send to it, refresh. Over TCP or TLS,
 * where messages need no retransmission.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

export interface TurnLogin {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly credential: string;
  readonly tls?: boolean;
}

export interface TurnClient {
  /** The answer's error code; undefined: allocated. */
  allocate(): Promise<number | undefined>;
  /** The answer's error code; undefined: permitted. */
  permit(address: string): Promise<number | undefined>;
  refresh(lifetimeSeconds: number): Promise<number | undefined>;
  /** Relays a datagram to a permitted peer. */
  send(address: string, port: number, data: Buffer): void;
  /** The server's, with TLS. */
  readonly certificate: string | undefined;
  close(): void;
}

const COOKIE = 0x21_12_a4_42;
const METHODS = { allocate: 0x003, refresh: 0x004, send: 0x016, permit: 0x008 };
const ATTRIBUTES = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
};
const ANSWER_MS = 5_000;

export async function openTurnClient(login: TurnLogin): Promise<TurnClient> {
  const socket = await dial(login);
  const waiting = new Map<string, (message: Buffer) => void>();
  let unread = Buffer.alloc(0);
  let realm = '';
  let nonce = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    unread = Buffer.concat([unread, bytes]);
    while (unread.length >= 20 && unread.length >= 20 + unread.readUInt16BE(2)) {
      const message = unread.subarray(0, 20 + unread.readUInt16BE(2));
      unread = unread.subarray(message.length);
      waiting.get(message.toString('hex', 8, 20))?.(message);
    }
  });
  socket.on('error', () => undefined);

  const roundTrip = (method: number, attributes: readonly Buffer[]): Promise<Buffer> => {
    const id = randomBytes(12);
    const signed =
      realm === ''
        ? build(method, id, attributes)
        : sign(
            build(method, id, [
              ...attributes,
              attribute(ATTRIBUTES.username, Buffer.from(login.username)),
              attribute(ATTRIBUTES.realm, Buffer.from(realm)),
              attribute(ATTRIBUTES.nonce, nonce),
            ]),
            createHash('md5').update(`${login.username}:${realm}:${login.credential}`).digest(),
          );
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer from the TURN server')), ANSWER_MS);
      waiting.set(id.toString('hex'), (message) => {
        clearTimeout(timer);
        waiting.delete(id.toString('hex'));
        resolve(message);
      });
      socket.write(signed);
    });
  };
  const ask = async (method: number, attributes: readonly Buffer[]): Promise<number | undefined> => {
    let answer = await roundTrip(method, attributes);
    const error = errorOf(answer);
    if ((error === 401 && realm === '') || error === 438) {
      realm = find(answer, ATTRIBUTES.realm)?.toString() ?? '';
      nonce = Buffer.from(find(answer, ATTRIBUTES.nonce) ?? '');
      answer = await roundTrip(method, attributes);
    }
    return errorOf(answer);
  };
  const udp = attribute(ATTRIBUTES.transport, Buffer.from([17, 0, 0, 0]));
  return {
    allocate: () => ask(METHODS.allocate, [udp]),
    permit: (address) => ask(METHODS.permit, [attribute(ATTRIBUTES.peer, xorAddress(address, 0))]),
    refresh: (lifetimeSeconds) => {
      const value = Buffer.alloc(4);
      value.writeUInt32BE(lifetimeSeconds);
      return ask(METHODS.refresh, [attribute(ATTRIBUTES.lifetime, value)]);
    },
    send: (address, port, data) => {
      const attributes = [attribute(ATTRIBUTES.peer, xorAddress(address, port)), attribute(ATTRIBUTES.data, data)];
      const indication = build(METHODS.send, randomBytes(12), attributes);
      indication.writeUInt16BE(METHODS.send | 0x0010, 0);
      socket.write(indication);
    },
    certificate: 'getPeerCertificate' in socket ? socket.getPeerCertificate().fingerprint256 : undefined,
    close: () => socket.destroy(),
  };
}

function dial({ host, port, tls }: TurnLogin): Promise<Socket | TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket =
      tls === true
        ? connectTls({ host, port, rejectUnauthorized: false }, () => resolve(socket))
        : connectTcp({ host, port }, () => resolve(socket));
    socket.once('error', reject);
  });
}

function build(method: number, id: Buffer, attributes: readonly Buffer[]): Buffer {
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(8);
  header.writeUInt16BE(method, 0);
  header.writeUInt16BE(body.length, 2);
  header.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([header, id, body]);
}

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}

/** MESSAGE-INTEGRITY: over the message with a length that counts it. */
function sign(message: Buffer, key: Buffer): Buffer {
  message.writeUInt16BE(message.length - 20 + 24, 2);
  return Buffer.concat([message, attribute(ATTRIBUTES.integrity, createHmac('sha1', key).update(message).digest())]);
}

/** IPv4 only. */
function xorAddress(address: string, port: number): Buffer {
  const value = Buffer.alloc(8);
  value.writeUInt8(1, 1);
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  const octets = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  value.writeUInt32BE((octets ^ COOKIE) >>> 0, 4);
  return value;
}

function find(message: Buffer, type: number): Buffer | undefined {
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2);
    if (message.readUInt16BE(at) === type) return message.subarray(at + 4, at + 4 + length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return undefined;
}

function errorOf(message: Buffer): number | undefined {
  const value = find(message, ATTRIBUTES.errorCode);
  return value === undefined ? undefined : (value[2] ?? 0) * 100 + (value[3] ?? 0);
}
