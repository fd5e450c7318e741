/** A DTLS handshake by OpenSSL's client, for its SRTP keys. It offers one suite only, so that is the one used. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { DtlsIdentity } from './dtls-identity.js';
import { srtpSuites, type MasterKey, type SrtpSuite } from './srtp.js';

export interface DtlsPath {
  /** Sends one datagram to the server. */
  send(datagram: Buffer): void;
  /** Tells where the server's datagrams go. */
  receive(listener: (datagram: Buffer) => void): void;
}

const deadlineMs = 10_000;
const alertRecord = 21;

/** @returns what the client encrypts its RTP with. */
export async function shakeHands(path: DtlsPath, suite: SrtpSuite, identity: DtlsIdentity): Promise<MasterKey> {
  const { profile, keyBytes, saltBytes } = srtpSuites[suite];
  const near = createSocket('udp4');
  near.bind(0, '127.0.0.1');
  await once(near, 'listening');
  let opensslPort = 0;
  near.on('message', (datagram, { port }) => {
    opensslPort = port;
    // OpenSSL ends as soon as it is done, for it buffers what it prints until then: its farewell would end the server's side too.
    if (datagram[0] !== alertRecord) path.send(datagram);
  });
  path.receive((datagram) => near.send(datagram, opensslPort, '127.0.0.1'));

  const keyingBytes = 2 * (keyBytes + saltBytes);
  const openssl = spawn(
    'openssl',
    [
      ...['s_client', '-dtls1_2', '-connect', `127.0.0.1:${near.address().port}`, '-use_srtp', profile],
      ...['-cert', identity.certificatePath, '-key', identity.keyPath],
      ...['-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', String(keyingBytes)],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    const material = await readKeyingMaterial(openssl.stdout, keyingBytes);
    // Client's key, server's key, client's salt, server's salt (RFC 5764, 4.2).
    return { key: material.subarray(0, keyBytes), salt: material.subarray(2 * keyBytes, 2 * keyBytes + saltBytes) };
  } finally {
    openssl.kill('SIGKILL');
    near.close();
    path.receive(() => undefined);
  }
}

async function readKeyingMaterial(output: NodeJS.ReadableStream, bytes: number): Promise<Buffer> {
  let text = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no DTLS handshake within ${deadlineMs} ms:\n${text}`)),
      deadlineMs,
    );
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const material = /Keying material: ([0-9A-F]+)/.exec(text)?.[1];
      if (material?.length !== bytes * 2) return;
      clearTimeout(timer);
      resolve(Buffer.from(material, 'hex'));
    });
    output.on('end', () => {
      clearTimeout(timer);
      reject(new Error(`openssl ended before the handshake did:\n${text}`));
    });
  });
}
