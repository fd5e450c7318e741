import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate, known by its fingerprint, as each WebRTC client has one. */
export interface DtlsIdentity {
  readonly certificatePath: string;
  readonly keyPath: string;
  /** SHA-256, as in SDP. */
  readonly fingerprint: string;
  close(): void;
}

export function createDtlsIdentity(): DtlsIdentity {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const [certificatePath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-subj', '/CN=bench', '-days', '1', '-keyout', keyPath, '-out', certificatePath],
    { stdio: 'ignore' },
  );
  const { fingerprint256 } = new X509Certificate(readFileSync(certificatePath));
  return {
    certificatePath,
    keyPath,
    fingerprint: fingerprint256,
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
