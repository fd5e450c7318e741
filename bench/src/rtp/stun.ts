/** The little of STUN (RFC 8489) that a full ICE agent says to an ICE-lite one: "use this pair, and I still agree". */
import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface IceCredentials {
  readonly usernameFragment: string;
  readonly password: string;
}

const magicCookie = 0x2112a442;
const bindingRequest = 0x0001;
const attribute = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  priority: 0x0024,
  useCandidate: 0x0025,
  iceControlling: 0x802a,
  fingerprint: 0x8028,
} as const;

/** A binding request that nominates the pair that it is sent over. */
export function buildBindingRequest(localFragment: string, remote: IceCredentials): Buffer {
  const parts = [
    encode(attribute.username, Buffer.from(`${remote.usernameFragment}:${localFragment}`)),
    encode(attribute.priority, Buffer.from([0x6e, 0x7f, 0x1e, 0xff])),
    encode(attribute.iceControlling, randomBytes(8)),
    encode(attribute.useCandidate, Buffer.alloc(0)),
  ];
  const header = Buffer.alloc(20);
  header.writeUInt16BE(bindingRequest, 0);
  header.writeUInt32BE(magicCookie, 4);
  randomBytes(12).copy(header, 8);
  const message = (): Buffer => Buffer.concat([header, ...parts]);
  // Both checks cover the length up to and with themselves.
  header.writeUInt16BE(message().length - 20 + 24, 2);
  parts.push(encode(attribute.messageIntegrity, createHmac('sha1', remote.password).update(message()).digest()));
  header.writeUInt16BE(message().length - 20 + 8, 2);
  const check = Buffer.alloc(4);
  check.writeUInt32BE((crc32(message()) ^ 0x5354554e) >>> 0);
  parts.push(encode(attribute.fingerprint, check));
  return message();
}

function encode(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}
