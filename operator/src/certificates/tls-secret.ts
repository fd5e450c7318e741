/** A part's certificate as a Secret: `tls.crt`, `tls.key`, `ca.crt`, with what is known of it in an annotation. */
import type { V1ObjectMeta, V1Secret } from '@kubernetes/client-node';
import { APP_MANAGED_BY_LABEL, CERTIFICATE_ANNOTATION } from '@parley/crds/labels.js';
import { z } from 'zod';
import type { CertificateFacts } from '../core/certificates/plan.js';
import { secretData, type Secret } from '../resources/secret-resource.js';
import { bundleFingerprint, type IssuedCertificate } from './authority.js';
import { bundleOf, MANAGED_BY, type Authorities } from './authority-secret.js';

const factsSchema: z.ZodType<CertificateFacts> = z.object({
  issuer: z.string(),
  bundle: z.string(),
  notBeforeMs: z.number(),
  notAfterMs: z.number(),
});

export interface TlsSecretInput {
  readonly name: string;
  readonly namespace: string;
  readonly owner?: NonNullable<V1ObjectMeta['ownerReferences']>[number];
  readonly labels?: Readonly<Record<string, string>>;
  readonly certificate: IssuedCertificate;
  readonly authorities: Authorities;
}

export function buildTlsSecret(input: TlsSecretInput): V1Secret {
  const { certificate, authorities } = input;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: input.name,
      namespace: input.namespace,
      labels: { ...input.labels, [APP_MANAGED_BY_LABEL]: MANAGED_BY },
      annotations: { [CERTIFICATE_ANNOTATION]: JSON.stringify(factsOf(certificate, authorities)) },
      ...(input.owner !== undefined && { ownerReferences: [input.owner] }),
    },
    type: 'kubernetes.io/tls',
    data: secretData({
      'tls.crt': certificate.certificate,
      'tls.key': certificate.privateKey,
      'ca.crt': bundleOf(authorities.all),
    }),
  };
}

export function factsOf(certificate: IssuedCertificate, authorities: Authorities): CertificateFacts {
  return {
    issuer: authorities.signing ?? '',
    bundle: bundleFingerprint(authorities.all),
    notBeforeMs: certificate.notBeforeMs,
    notAfterMs: certificate.notAfterMs,
  };
}

/** Undefined for a Secret that isn't there or that someone else made. */
export function parseCertificateFacts(secret: Secret | undefined): CertificateFacts | undefined {
  const text = secret?.metadata.annotations[CERTIFICATE_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    return factsSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
