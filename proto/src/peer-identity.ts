/** Who is at the other end of a mutual TLS connection, read from the certificate that the operator's CA issued. */
import type { PeerCertificate } from 'node:tls';

/** The parts of Parley that talk gRPC. A recorder is a leaf that only receives. */
export type PeerRole = 'operator' | 'signaling' | 'node' | 'recorder' | 'turn';

export interface PeerIdentity {
  readonly role: PeerRole;
  /** Such as a node's name; for deployments the deployment's name. */
  readonly name: string;
}

const roles: ReadonlySet<string> = new Set<PeerRole>(['operator', 'signaling', 'node', 'recorder', 'turn']);
const uriPattern = /(?:^|, )URI:parley:\/\/([a-z]+)\/([a-z0-9.-]+)/;

/** The URI that a certificate names its holder by, as a subject alternative name. */
export function identityUri(identity: PeerIdentity): string {
  return `parley://${identity.role}/${identity.name}`;
}

/** The DNS name, also in the certificate, that a client checks a server of this role by, whatever address it dialled. */
export function serverName(role: PeerRole): string {
  return `${role}.parley.internal`;
}

/** Undefined when the certificate is none of Parley's. */
export function parsePeerIdentity(
  certificate: Pick<PeerCertificate, 'subjectaltname'> | undefined,
): PeerIdentity | undefined {
  const match = uriPattern.exec(certificate?.subjectaltname ?? '');
  const [, role, name] = match ?? [];
  if (role === undefined || name === undefined || !roles.has(role)) return undefined;
  return { role: role as PeerRole, name };
}
