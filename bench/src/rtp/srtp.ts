/** Encrypts RTP: the suites that WebRTC uses (RFC 3711, RFC 7714). Only sending; what comes is never opened here. */
import { createCipheriv, createHmac } from 'node:crypto';

export const srtpSuites = {
  AEAD_AES_256_GCM: { profile: 'SRTP_AEAD_AES_256_GCM', keyBytes: 32, saltBytes: 12 },
  AES_CM_128_HMAC_SHA1_80: { profile: 'SRTP_AES128_CM_SHA1_80', keyBytes: 16, saltBytes: 14 },
} as const;
export type SrtpSuite = keyof typeof srtpSuites;

export interface MasterKey {
  readonly key: Buffer;
  readonly salt: Buffer;
}

export type RtpProtector = (packet: RtpPacket) => Buffer;

export interface RtpPacket {
  /** The whole RTP header. */
  readonly header: Buffer;
  readonly payload: Buffer;
}

const label = { encryption: 0, authentication: 1, salt: 2 } as const;
const authenticationKeyBytes = 20;
const tagBytes = { gcm: 16, sha1: 10 } as const;

/** One for each SSRC: it counts the sequence number's wraps. */
export function createRtpProtector(suite: SrtpSuite, master: MasterKey): RtpProtector {
  const { keyBytes, saltBytes } = srtpSuites[suite];
  const key = derive(master, label.encryption, keyBytes);
  const salt = derive(master, label.salt, saltBytes);
  const wraps = countWraps();
  if (suite === 'AEAD_AES_256_GCM') return (packet) => protectGcm(packet, { key, salt, wraps: wraps(packet) });
  const authentication = derive(master, label.authentication, authenticationKeyBytes);
  return (packet) => protectCm(packet, { key, salt, authentication, wraps: wraps(packet) });
}

interface Session {
  readonly key: Buffer;
  readonly salt: Buffer;
  readonly wraps: number;
}

function protectGcm({ header, payload }: RtpPacket, { key, salt, wraps }: Session): Buffer {
  const iv = Buffer.alloc(12);
  header.copy(iv, 2, 8, 12);
  iv.writeUInt32BE(wraps, 6);
  header.copy(iv, 10, 2, 4);
  const cipher = createCipheriv('aes-256-gcm', key, xor(iv, salt), { authTagLength: tagBytes.gcm });
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
}

function protectCm({ header, payload }: RtpPacket, session: Session & { readonly authentication: Buffer }): Buffer {
  const iv = Buffer.alloc(16);
  header.copy(iv, 4, 8, 12);
  iv.writeUInt32BE(session.wraps, 8);
  header.copy(iv, 12, 2, 4);
  const cipher = createCipheriv('aes-128-ctr', session.key, xor(iv, Buffer.concat([session.salt, Buffer.alloc(2)])));
  const protectedPart = Buffer.concat([header, cipher.update(payload)]);
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(session.wraps);
  const tag = createHmac('sha1', session.authentication).update(protectedPart).update(counter).digest();
  return Buffer.concat([protectedPart, tag.subarray(0, tagBytes.sha1)]);
}

/** RFC 3711, 4.3.1, with a key derivation rate of 0. */
function derive({ key, salt }: MasterKey, which: number, bytes: number): Buffer {
  const iv = Buffer.alloc(16);
  salt.copy(iv);
  iv.writeUInt8(iv.readUInt8(7) ^ which, 7);
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, iv);
  return cipher.update(Buffer.alloc(bytes));
}

function countWraps(): (packet: RtpPacket) => number {
  let wraps = 0;
  let last = 0;
  return ({ header }) => {
    const sequence = header.readUInt16BE(2);
    if (sequence < last) wraps += 1;
    last = sequence;
    return wraps;
  };
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
}
