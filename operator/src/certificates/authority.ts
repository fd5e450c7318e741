/** Parley's own certificate authority: ECDSA P-256, for nothing but mutual TLS between its parts. */
import 'reflect-metadata';
import { createHash, randomBytes, type webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { identityUri, serverName, type PeerIdentity } from '@parley/proto/peer-identity.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const AUTHORITY_LIFE_MS = 730 * DAY_MS;
const CERTIFICATE_LIFE_MS = 30 * DAY_MS;
/** Clocks of hosts differ a little. */
const BACKDATE_MS = 300_000;

export interface KeyPairPem {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: string;
}

export interface Authority extends KeyPairPem {
  readonly fingerprint: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface IssuedCertificate extends KeyPairPem {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export async function createAuthority(nowMs: number): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: 'CN=Parley authority',
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + AUTHORITY_LIFE_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return parseAuthority({ certificate: certificate.toString('pem'), privateKey: await privateKeyPem(keys) });
}

/** @throws Error when it isn't a certificate. */
export function parseAuthority(pem: KeyPairPem): Authority {
  const certificate = new X509Certificate(pem.certificate);
  return {
    ...pem,
    fingerprint: createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex').slice(0, 16),
    notBeforeMs: certificate.notBefore.getTime(),
    notAfterMs: certificate.notAfter.getTime(),
  };
}

export async function issueCertificate(
  authority: Authority,
  identity: PeerIdentity,
  nowMs: number,
): Promise<IssuedCertificate> {
  const keys = await newKeys();
  const issuer = new X509Certificate(authority.certificate);
  const notBeforeMs = nowMs - BACKDATE_MS;
  const notAfterMs = Math.min(nowMs + CERTIFICATE_LIFE_MS, authority.notAfterMs);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: `CN=${identity.role}`,
    issuer: issuer.subject,
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: serverName(identity.role) },
        { type: 'url', value: identityUri(identity) },
      ]),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { certificate: certificate.toString('pem'), privateKey: await privateKeyPem(keys), notBeforeMs, notAfterMs };
}

/** What names a bundle of authorities. */
export function bundleFingerprint(authorities: readonly Authority[]): string {
  return authorities.map(({ fingerprint }) => fingerprint).join('+');
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

async function signingKeyOf({ privateKey }: KeyPairPem): Promise<webcrypto.CryptoKey> {
  const [der] = PemConverter.decode(privateKey);
  if (der === undefined) throw new Error('the private key is not PEM');
  return crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}

function newSerialNumber(): string {
  // Positive, as DER's integers are signed.
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString('hex');
}
