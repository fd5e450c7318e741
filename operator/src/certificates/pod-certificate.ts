/** A pod's own certificate, as a Secret that the pod owns, so that it goes with the pod. */
import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { PeerRole } from '@parley/proto/peer-identity.js';
import type { CertificateFacts } from '../core/certificates/plan.js';
import { tlsSecretName } from '../core/pool/node-pod.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { NodePod } from '../resources/pod-resource.js';
import { SECRETS } from '../resources/secret-resource.js';
import type { CertificateIssuer } from './issuer.js';
import { buildTlsSecret, factsOf } from './tls-secret.js';

export interface PodCertificateInput {
  readonly role: PeerRole;
  readonly pod: NodePod;
  readonly labels: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** @returns what was issued; undefined while there is no authority. */
export async function issuePodCertificate(
  { issuer, writer }: { readonly issuer: CertificateIssuer; readonly writer: Pick<ObjectWriter, 'apply'> },
  { role, pod, labels, signal }: PodCertificateInput,
): Promise<CertificateFacts | undefined> {
  const { name, namespace, uid } = pod.metadata;
  const certificate = await issuer.issue({ role, name });
  if (certificate === undefined) return undefined;
  const authorities = issuer.authorities();
  const owner: NonNullable<V1ObjectMeta['ownerReferences']>[number] = { apiVersion: 'v1', kind: 'Pod', name, uid };
  const secret = buildTlsSecret({ name: tlsSecretName(name), namespace, owner, labels, certificate, authorities });
  await writer.apply(SECRETS, secret, { signal });
  return factsOf(certificate, authorities);
}
