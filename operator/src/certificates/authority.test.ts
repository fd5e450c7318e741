import { X509Certificate } from 'node:crypto';
import { parsePeerIdentity } from '@parley/proto/peer-identity.js';
import { describe, expect, test } from 'vitest';
import { createAuthority, issueCertificate, parseAuthority } from './authority.js';
import { buildAuthoritySecret, parseAuthorities } from './authority-secret.js';

const NOW_MS = Date.UTC(2026, 0, 1);

describe('the authority', () => {
  test('issues what OpenSSL verifies, naming its holder by role', async () => {
    const authority = await createAuthority(NOW_MS);
    const issued = await issueCertificate(authority, { role: 'node', name: 'eu-0' }, NOW_MS);
    const certificate = new X509Certificate(issued.certificate);
    const issuer = new X509Certificate(authority.certificate);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.checkHost('node.parley.internal')).toBe('node.parley.internal');
    expect(parsePeerIdentity({ subjectaltname: certificate.subjectAltName ?? '' })).toEqual({
      role: 'node',
      name: 'eu-0',
    });
    expect(certificate.ca).toBe(false);
    expect(issuer.ca).toBe(true);
  });

  test('never issues for longer than it lives itself', async () => {
    const authority = await createAuthority(NOW_MS);
    const late = authority.notAfterMs - 86_400_000;
    const issued = await issueCertificate(authority, { role: 'signaling', name: 'signaling' }, late);
    expect(issued.notAfterMs).toBe(authority.notAfterMs);
  });

  test('is read back from its Secret; what is broken in it is left out', async () => {
    const authority = await createAuthority(NOW_MS);
    const built = buildAuthoritySecret('parley', { all: [authority], signing: authority.fingerprint });
    const metadata = { name: 'parley-ca', namespace: 'parley', uid: 'u', resourceVersion: '1', annotations: {} };
    const secret = { metadata, data: { ...built.data, 'bad.crt': 'AAAA', 'bad.key': 'AAAA' } };
    expect(parseAuthorities(secret)).toEqual({ all: [parseAuthority(authority)], signing: authority.fingerprint });
  });
});
