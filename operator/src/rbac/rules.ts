/**
 * What the operator may do in the cluster: law 10, least privilege. The chart's roles are made from this (bin/generate-rbac.ts), and a
 * test runs the operator with nothing else, and finds each right used.
 */
import { API_GROUP } from '@parley/crds/api-group.js';
import { AUTHORITY_SECRET } from '../certificates/authority-secret.js';
import { SIGNALING_TLS_SECRET } from '../certificates/keeper.js';
import { TOKEN_KEYS_SECRET } from '../token-keys/keep-token-keys.js';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface OperatorRules {
  /** In the operator's own namespace. */
  readonly ownNamespace: readonly Rule[];
  /** On what has no namespace. */
  readonly cluster: readonly Rule[];
  /** In the namespaces of pools and meetings: in all, or in the one that it watches. */
  readonly watchedNamespaces: readonly Rule[];
}

export const LEASE_NAME = 'parley-operator';

export const OPERATOR_RULES: OperatorRules = {
  ownNamespace: [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      verbs: ['get', 'update'],
      resourceNames: [LEASE_NAME],
    },
    { apiGroups: [''], resources: ['secrets'], verbs: ['list', 'watch'] },
    // Server-side apply creates by `patch`, and asks for `create` too.
    {
      apiGroups: [''],
      resources: ['secrets'],
      verbs: ['create', 'patch'],
      resourceNames: [AUTHORITY_SECRET, SIGNALING_TLS_SECRET, TOKEN_KEYS_SECRET],
    },
  ],
  // Hosts: their addresses are what nodes announce to clients.
  cluster: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }],
  watchedNamespaces: [
    { apiGroups: [API_GROUP], resources: ['sfupools'], verbs: ['list', 'watch'] },
    // Delete: ttlSecondsAfterEnd.
    { apiGroups: [API_GROUP], resources: ['meetings'], verbs: ['list', 'watch', 'delete'] },
    { apiGroups: [API_GROUP], resources: ['sfupools/status', 'meetings/status'], verbs: ['patch'] },
    // Create: meetings that are recorded automatically, or by their host, who also stops (patch) and deletes. Patch: the finalizer.
    { apiGroups: [API_GROUP], resources: ['recordingjobs'], verbs: ['list', 'watch', 'create', 'patch', 'delete'] },
    { apiGroups: [API_GROUP], resources: ['recordingjobs/status'], verbs: ['patch'] },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: ['list', 'watch', 'create', 'delete'] },
    // Patch: how far a drain is, on its pod.
    { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch', 'create', 'patch', 'delete'] },
    // Passcodes, and keys of stores, are read; nodes' and recorders' certificates are written, and read by a new leader. Never listed.
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch'] },
    { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['create', 'patch'] },
    // What TURN servers may reach.
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['create', 'patch'] },
    // Patch: an event that repeats is counted up.
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ],
};
