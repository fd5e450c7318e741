/** What the pods that the operator makes have in common: where they may run, and that they may do nothing else. */
import type { V1PodSecurityContext, V1PodSpec, V1SecurityContext } from '@kubernetes/client-node';
import { HOSTNAME_LABEL, ZONE_LABEL } from '@parley/crds/labels.js';
import type { SFUPoolSpec } from '@parley/crds/sfu-pool.js';

/** What is left of a pod's grace period for its process to close, once it is empty or can't wait any longer. */
export const CLOSE_SECONDS = 10;
const USER_ID = 10_001;

/** No token of the API server, and the host's network where the pool is on it. */
export function networkOf({ networking }: Pick<SFUPoolSpec, 'networking'>): Partial<V1PodSpec> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(networking.mode === 'HostNetwork' && { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }),
  };
}

/** On which hosts, by the pool's template. */
export function hostsOf({ template }: Pick<SFUPoolSpec, 'template'>): Partial<V1PodSpec> {
  return {
    ...(template.imagePullSecrets !== undefined && { imagePullSecrets: template.imagePullSecrets }),
    ...(template.nodeSelector !== undefined && { nodeSelector: template.nodeSelector }),
    ...(template.tolerations !== undefined && { tolerations: template.tolerations }),
  };
}

/** Over hosts and zones, where that is possible. */
export function spreadOf(matchLabels: Record<string, string>): NonNullable<V1PodSpec['topologySpreadConstraints']> {
  return [HOSTNAME_LABEL, ZONE_LABEL].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels },
  }));
}

export function unprivilegedUser(): Partial<V1PodSecurityContext> {
  return {
    runAsNonRoot: true,
    runAsUser: USER_ID,
    runAsGroup: USER_ID,
    fsGroup: USER_ID,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** A read-only container, without capabilities but those named. */
export function hardened(capabilities: readonly string[] = []): V1SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], ...(capabilities.length > 0 && { add: [...capabilities] }) },
  };
}
