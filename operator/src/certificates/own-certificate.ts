/** This replica's own certificate, in a folder of its own that gRPC reads again from time to time. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { CertificateFacts } from '../core/certificates/plan.js';
import { pause, type Clock } from '../kube/clock.js';
import { bundleOf } from './authority-secret.js';
import type { CertificateIssuer } from './issuer.js';
import { factsOf } from './tls-secret.js';

export interface OwnCertificate {
  /** Resolves when there is one; rejects when `signal` aborts before. */
  ready(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface OwnCertificateDeps {
  readonly folder: string;
  /** Of this replica. */
  readonly name: string;
  readonly issuer: CertificateIssuer;
  readonly clock: Clock;
  readonly log: Logger;
}

const LOOK_EVERY_MS = 1_000;

/** A standby waits for the authority that the first leader makes. */
export function keepOwnCertificate(deps: OwnCertificateDeps): OwnCertificate {
  const { issuer, folder } = deps;
  const closing = new AbortController();
  const first = Promise.withResolvers<undefined>();
  let facts: CertificateFacts | undefined;

  const renew = async (): Promise<void> => {
    const certificate = await issuer.issue({ role: 'operator', name: deps.name });
    if (certificate === undefined) return;
    const authorities = issuer.authorities();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await replaceFile(join(folder, 'ca.crt'), bundleOf(authorities.all));
    await replaceFile(join(folder, 'tls.key'), certificate.privateKey);
    await replaceFile(join(folder, 'tls.crt'), certificate.certificate);
    facts = factsOf(certificate, authorities);
    deps.log.info({ notAfter: new Date(certificate.notAfterMs).toISOString() }, 'this replica has a certificate');
    first.resolve(undefined);
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        if (issuer.stateOf(facts) !== 'Current') await renew();
      } catch (error) {
        deps.log.error({ err: error }, 'this replica could not renew its certificate');
      }
      await pause(deps.clock, LOOK_EVERY_MS, closing.signal);
    }
  };
  const running = run();

  return {
    ready: async (signal) => {
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => aborted.reject(new Error('closed before there was a certificate')), {
        once: true,
      });
      await Promise.race([first.promise, aborted.promise]);
    },
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

/** In one step: a reader sees the old one or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
