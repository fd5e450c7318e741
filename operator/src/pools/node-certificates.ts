/** What is known of the nodes' certificates. Their Secrets are read one by one and not watched: that right would open all of them. */
import type { CertificateFacts } from '../core/certificates/plan.js';
import { tlsSecretName } from '../core/pool/node-pod.js';
import type { ObservedCertificate } from '../core/pool/world.js';
import type { CertificateIssuer } from '../certificates/issuer.js';
import { parseCertificateFacts } from '../certificates/tls-secret.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import { createTokenBucket } from '../kube/token-bucket.js';
import { isReady } from '../nodes/node-views.js';
import type { NodePod } from '../resources/pod-resource.js';
import { SECRETS } from '../resources/secret-resource.js';

export interface NodeCertificates {
  observe(pods: readonly NodePod[], signal: AbortSignal): Promise<ObservedCertificates>;
  noteIssued(podUid: string, facts: CertificateFacts): void;
}

export interface ObservedCertificates {
  readonly certificates: readonly ObservedCertificate[];
  /** When to look again, as not all could be read this time. */
  readonly againAfterMs: number | undefined;
}

interface KnownCertificate {
  readonly facts: CertificateFacts | undefined;
  readonly readAtMs: number;
}

/** A Secret that someone has deleted is noticed within this. */
const MAX_AGE_MS = 600_000;
const MAX_KNOWN = 10_000;
/** A pod that is ready has its certificate, which is good for days: a new leader need not read all of them at once. */
const READ_LIMIT = { burst: 50, perSecond: 25 };
const AGAIN_AFTER_MS = 2_000;

export function createNodeCertificates(
  reader: Pick<ObjectWriter, 'get'>,
  issuer: CertificateIssuer,
  clock: Clock,
): NodeCertificates {
  const known = new Map<string, KnownCertificate>();
  const reads = createTokenBucket(READ_LIMIT, () => clock.monotonicMs());

  const isToRead = (pod: NodePod): boolean => {
    const before = known.get(pod.metadata.uid);
    return before === undefined || clock.monotonicMs() - before.readAtMs >= MAX_AGE_MS;
  };
  /** What was read before counts until then. */
  const mayWait = (pod: NodePod): boolean => isReady(pod) && isToRead(pod) && !reads.tryTake();

  const factsOf = async (pod: NodePod, signal: AbortSignal): Promise<CertificateFacts | undefined> => {
    const { uid, namespace, name } = pod.metadata;
    const before = known.get(uid);
    const readAtMs = clock.monotonicMs();
    if (!isToRead(pod)) return before?.facts;
    // A pod that has just been made has none yet: it is issued at once, over whatever an earlier pod of the name has left.
    const isNew = before === undefined && clock.nowMs() - Date.parse(pod.metadata.creationTimestamp) < NEW_POD_MS;
    const secret = isNew ? undefined : await reader.get(SECRETS, { namespace, name: tlsSecretName(name) }, { signal });
    const facts = parseCertificateFacts(secret);
    remember(uid, { facts, readAtMs });
    return facts;
  };
  const remember = (uid: string, certificate: KnownCertificate): void => {
    known.delete(uid);
    known.set(uid, certificate);
    for (const oldest of known.keys()) {
      if (known.size <= MAX_KNOWN) break;
      known.delete(oldest);
    }
  };

  return {
    observe: async (pods, signal) => {
      const later = new Set(pods.filter(mayWait));
      const certificates = await Promise.all(
        pods.map(async (pod): Promise<ObservedCertificate> => {
          const node = pod.metadata.name;
          if (!later.has(pod)) return { node, state: issuer.stateOf(await factsOf(pod, signal)) };
          const before = known.get(pod.metadata.uid);
          return { node, state: before === undefined ? 'Current' : issuer.stateOf(before.facts) };
        }),
      );
      return { certificates, againAfterMs: later.size === 0 ? undefined : AGAIN_AFTER_MS };
    },
    noteIssued: (podUid, facts) => {
      remember(podUid, { facts, readAtMs: clock.monotonicMs() });
    },
  };
}

const NEW_POD_MS = 3_000;
