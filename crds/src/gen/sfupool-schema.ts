// Generated from crds/manifests/parley.dev_sfupools.yaml by crds/src/bin/generate.ts. Do not edit.

export const sfupoolSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      properties: {
        region: { type: 'string' },
        replicas: { type: 'integer' },
        workers: { type: 'integer' },
        capacity: {
          type: 'object',
          properties: {
            participants: { type: 'integer' },
            consumers: { type: 'integer' },
            packetsPerSecond: { type: 'integer' },
            bytesPerSecond: { type: 'integer' },
          },
          additionalProperties: true,
          required: ['consumers', 'participants'],
        },
        networking: {
          type: 'object',
          properties: {
            mode: { type: 'string', enum: ['HostPort', 'HostNetwork', 'PodIP'] },
            rtcPort: { type: 'integer' },
            relayPorts: {
              type: 'object',
              properties: { first: { type: 'integer' }, last: { type: 'integer' } },
              additionalProperties: true,
              required: ['first', 'last'],
            },
            announcedAddress: { type: 'string', enum: ['ExternalIP', 'InternalIP'] },
          },
          additionalProperties: true,
          required: ['mode', 'relayPorts', 'rtcPort'],
        },
        drain: {
          type: 'object',
          properties: {
            deadlineSeconds: { type: 'integer' },
            waitSeconds: { type: 'integer' },
            maxMigrating: { type: 'integer' },
            hostTaints: {
              type: 'array',
              items: {
                type: 'object',
                required: ['key'],
                properties: { key: { type: 'string' }, deadlineSeconds: { type: 'integer' } },
                additionalProperties: true,
              },
            },
          },
          additionalProperties: true,
          required: ['deadlineSeconds', 'hostTaints', 'maxMigrating', 'waitSeconds'],
        },
        update: {
          type: 'object',
          properties: {
            maxSurge: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
            maxDraining: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
          },
          additionalProperties: true,
          required: ['maxDraining', 'maxSurge'],
        },
        template: {
          type: 'object',
          properties: {
            labels: { type: 'object', additionalProperties: { type: 'string' } },
            annotations: { type: 'object', additionalProperties: { type: 'string' } },
            image: { type: 'string' },
            imagePullPolicy: { type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] },
            imagePullSecrets: {
              type: 'array',
              items: {
                type: 'object',
                required: ['name'],
                properties: { name: { type: 'string' } },
                additionalProperties: true,
              },
            },
            env: {
              type: 'array',
              items: {
                type: 'object',
                required: ['name', 'value'],
                properties: { name: { type: 'string' }, value: { type: 'string' } },
                additionalProperties: true,
              },
            },
            resources: {
              type: 'object',
              properties: {
                requests: {
                  type: 'object',
                  additionalProperties: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
                },
                limits: { type: 'object', additionalProperties: { anyOf: [{ type: 'integer' }, { type: 'string' }] } },
              },
              additionalProperties: true,
            },
            nodeSelector: { type: 'object', additionalProperties: { type: 'string' } },
            tolerations: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  key: { type: 'string' },
                  operator: { type: 'string', enum: ['Exists', 'Equal'] },
                  value: { type: 'string' },
                  effect: { type: 'string', enum: ['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
                  tolerationSeconds: { type: 'integer' },
                },
                additionalProperties: true,
              },
            },
            affinity: { type: 'object' },
            priorityClassName: { type: 'string' },
            terminationGracePeriodSeconds: { type: 'integer' },
          },
          additionalProperties: true,
          required: ['terminationGracePeriodSeconds'],
        },
      },
      required: ['capacity', 'drain', 'networking', 'region', 'replicas', 'template', 'update'],
      additionalProperties: true,
    },
    status: {
      type: 'object',
      properties: {
        observedGeneration: { type: 'integer' },
        replicas: { type: 'integer' },
        readyReplicas: { type: 'integer' },
        selector: { type: 'string' },
        participants: { type: 'integer' },
        capacity: {
          type: 'object',
          properties: { participants: { type: 'integer' }, consumers: { type: 'integer' } },
          additionalProperties: true,
        },
        nodes: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'phase'],
            properties: {
              name: { type: 'string' },
              phase: {
                type: 'string',
                enum: [
                  'Pending',
                  'Starting',
                  'Ready',
                  'Draining',
                  'Migrating',
                  'Drained',
                  'Unreachable',
                  'Ending',
                  'Failed',
                ],
              },
              reason: { type: 'string' },
              host: { type: 'string' },
              announcedAddresses: { type: 'array', items: { type: 'string' } },
              participants: { type: 'integer' },
              drain: {
                type: 'object',
                required: ['deadline', 'reason', 'since'],
                properties: { reason: { type: 'string' }, since: { type: 'string' }, deadline: { type: 'string' } },
                additionalProperties: true,
              },
            },
            additionalProperties: true,
          },
        },
        conditions: {
          type: 'array',
          items: {
            type: 'object',
            required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
            properties: {
              type: { type: 'string' },
              status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
              reason: { type: 'string' },
              message: { type: 'string' },
              lastTransitionTime: { type: 'string' },
              observedGeneration: { type: 'integer' },
            },
            additionalProperties: true,
          },
        },
      },
      additionalProperties: true,
    },
  },
  additionalProperties: true,
} as const;
