/** What kwok's kubelets do, as its Stages: hosts are ready and say so again every five minutes, pods run at once, and go when they are deleted. */

interface StageInit {
  readonly name: string;
  readonly kind: 'Node' | 'Pod';
  readonly when: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
  readonly afterMs?: { readonly least: number; readonly most: number };
  readonly next: { readonly statusTemplate: string } | { readonly delete: true };
}

const readyStatus = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const deleted = '.metadata.deletionTimestamp';
const hostStatus = `
conditions:
- type: Ready
  status: "True"
  reason: KubeletReady
  message: kubelet is ready
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ .metadata.creationTimestamp | Quote }}
addresses:
- type: InternalIP
  address: {{ NodeIP | Quote }}
- type: Hostname
  address: {{ NodeName | Quote }}
phase: Running
`;
const podStatus = `
{{ $now := Now }}
conditions:
- { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: ContainersReady, status: "True", lastTransitionTime: {{ $now | Quote }} }
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $now | Quote }}
{{ end }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace | Quote }}
phase: Running
startTime: {{ $now | Quote }}
`;

export const stages: readonly object[] = [
  stage({
    name: 'host-ready',
    kind: 'Node',
    when: [{ key: readyStatus, operator: 'NotIn', values: ['True'] }],
    next: { statusTemplate: hostStatus },
  }),
  stage({
    name: 'host-heartbeat',
    kind: 'Node',
    when: [{ key: readyStatus, operator: 'In', values: ['True'] }],
    afterMs: { least: 240_000, most: 360_000 },
    next: { statusTemplate: hostStatus },
  }),
  stage({
    name: 'pod-runs',
    kind: 'Pod',
    when: [
      { key: deleted, operator: 'DoesNotExist' },
      { key: '.status.podIP', operator: 'DoesNotExist' },
    ],
    next: { statusTemplate: podStatus },
  }),
  stage({ name: 'pod-goes', kind: 'Pod', when: [{ key: deleted, operator: 'Exists' }], next: { delete: true } }),
];

function stage({ name, kind, when, afterMs, next }: StageInit): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: when },
      ...(afterMs && { delay: { durationMilliseconds: afterMs.least, jitterDurationMilliseconds: afterMs.most } }),
      next,
    },
  };
}
