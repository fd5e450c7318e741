/** What the leader keeps in the operator's own namespace: the authorities, signaling's certificate, and the keys of join tokens. */
import { planAuthorities, type AuthorityAction } from '../core/certificates/plan.js';
import type { ObjectWriter } from '../kube/apply.js';
import type { Clock } from '../kube/clock.js';
import type { Reconcile } from '../kube/controller-loop.js';
import type { Overlay } from '../kube/overlay.js';
import { SECRETS, type Secret } from '../resources/secret-resource.js';
import { keepTokenKeys } from '../token-keys/keep-token-keys.js';
import { createAuthority } from './authority.js';
import { AUTHORITY_SECRET, buildAuthoritySecret, parseAuthorities, type Authorities } from './authority-secret.js';
import type { CertificateIssuer } from './issuer.js';
import { buildTlsSecret, parseCertificateFacts } from './tls-secret.js';

export interface KeeperDeps {
  readonly writer: ObjectWriter;
  /** What was just written counts before the watch shows it: else authorities and keys would be made twice. */
  readonly secrets: Overlay<Secret>;
  readonly issuer: CertificateIssuer;
  readonly namespace: string;
  readonly clock: Clock;
}

export const SIGNALING_TLS_SECRET = 'parley-signaling-tls';
const LOOK_AGAIN_MS = 600_000;

/** Its one key stands for all of it. */
export const KEEPER_KEY = 'operator';

export function createKeeperReconciler(deps: KeeperDeps): Reconcile {
  return async (_, { signal, log }) => {
    const actions = await keepAuthorities(deps, signal);
    if (actions.length > 0) log.info({ actions }, 'certificate authorities were changed');
    // The cache shows a changed Secret in a moment, and this comes again.
    if (deps.issuer.authorities().signing === undefined) return { requeueAfterMs: 100 };
    const renewal = await keepSignalingCertificate(deps, signal);
    if (renewal !== 'Current') log.info({ reason: renewal }, 'signaling was given a certificate');
    await keepTokenKeys(deps, { signal, log });
    return { requeueAfterMs: LOOK_AGAIN_MS };
  };
}

async function keepAuthorities(deps: KeeperDeps, signal: AbortSignal): Promise<readonly AuthorityAction[]> {
  const before = parseAuthorities(deps.secrets.get(`${deps.namespace}/${AUTHORITY_SECRET}`));
  const nowMs = deps.clock.nowMs();
  const actions = planAuthorities({ authorities: before.all, signing: before.signing, nowMs });
  if (actions.length === 0) return actions;
  let after: Authorities = before;
  for (const action of actions) after = await changeAuthorities(after, action, nowMs);
  deps.secrets.recordWritten(await deps.writer.apply(SECRETS, buildAuthoritySecret(deps.namespace, after), { signal }));
  return actions;
}

async function changeAuthorities(before: Authorities, action: AuthorityAction, nowMs: number): Promise<Authorities> {
  switch (action.type) {
    case 'AddAuthority': {
      const added = await createAuthority(nowMs);
      return { all: [...before.all, added], signing: before.signing ?? added.fingerprint };
    }
    case 'PromoteAuthority':
      return { ...before, signing: action.fingerprint };
    case 'DropAuthority':
      return { ...before, all: before.all.filter(({ fingerprint }) => fingerprint !== action.fingerprint) };
  }
}

async function keepSignalingCertificate(deps: KeeperDeps, signal: AbortSignal): Promise<string> {
  const { issuer, namespace } = deps;
  const facts = parseCertificateFacts(deps.secrets.get(`${namespace}/${SIGNALING_TLS_SECRET}`));
  const state = issuer.stateOf(facts);
  if (state === 'Current') return state;
  const certificate = await issuer.issue({ role: 'signaling', name: 'signaling' });
  if (certificate === undefined) return 'Current';
  const secret = buildTlsSecret({
    name: SIGNALING_TLS_SECRET,
    namespace,
    certificate,
    authorities: issuer.authorities(),
  });
  deps.secrets.recordWritten(await deps.writer.apply(SECRETS, secret, { signal }));
  return state;
}
