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
        scaling: {
          type: 'object',
          properties: {
            min: { type: 'integer' },
            max: { type: 'integer' },
            targetUtilizationPercent: { type: 'integer' },
            headroom: {
              type: 'object',
              properties: { participants: { type: 'integer' }, percent: { type: 'integer' } },
              additionalProperties: true,
            },
            startupSeconds: { type: 'integer' },
            stabilizationSeconds: { type: 'integer' },
            rates: {
              type: 'object',
              properties: {
                up: {
                  type: 'object',
                  properties: {
                    nodes: { type: 'integer' },
                    percent: { type: 'integer' },
                    periodSeconds: { type: 'integer' },
                  },
                  additionalProperties: true,
                  required: ['nodes', 'percent', 'periodSeconds'],
                },
                down: {
                  type: 'object',
                  properties: {
                    nodes: { type: 'integer' },
                    percent: { type: 'integer' },
                    periodSeconds: { type: 'integer' },
                  },
                  additionalProperties: true,
                  required: ['nodes', 'percent', 'periodSeconds'],
                },
              },
              additionalProperties: true,
              required: ['down'],
            },
            schedules: {
              type: 'array',
              items: {
                type: 'object',
                required: ['cron', 'durationSeconds', 'name', 'timeZone'],
                properties: {
                  name: { type: 'string' },
                  cron: { type: 'string' },
                  timeZone: { type: 'string' },
                  durationSeconds: { type: 'integer' },
                  nodes: { type: 'integer' },
                  participants: { type: 'integer' },
                },
                additionalProperties: true,
              },
            },
            prometheus: {
              type: 'array',
              items: {
                type: 'object',
                required: ['intervalSeconds', 'name', 'query', 'serverURL', 'timeoutSeconds'],
                properties: {
                  name: { type: 'string' },
                  serverURL: { type: 'string' },
                  query: { type: 'string' },
                  perNode: { type: 'number' },
                  threshold: { type: 'number' },
                  intervalSeconds: { type: 'integer' },
                  timeoutSeconds: { type: 'integer' },
                  bearerTokenSecretRef: {
                    type: 'object',
                    required: ['key', 'name'],
                    properties: { name: { type: 'string' }, key: { type: 'string' } },
                    additionalProperties: true,
                  },
                  caSecretRef: {
                    type: 'object',
                    required: ['key', 'name'],
                    properties: { name: { type: 'string' }, key: { type: 'string' } },
                    additionalProperties: true,
                  },
                },
                additionalProperties: true,
              },
            },
          },
          required: [
            'headroom',
            'max',
            'min',
            'rates',
            'stabilizationSeconds',
            'startupSeconds',
            'targetUtilizationPercent',
          ],
          additionalProperties: true,
        },
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
        recording: { type: 'object', properties: { maxConcurrent: { type: 'integer' } }, additionalProperties: true },
        update: {
          type: 'object',
          properties: {
            maxSurge: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
            maxDraining: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
          },
          additionalProperties: true,
          required: ['maxDraining', 'maxSurge'],
        },
        turn: {
          type: 'object',
          properties: {
            replicas: { type: 'integer' },
            scaling: {
              type: 'object',
              properties: {
                min: { type: 'integer' },
                max: { type: 'integer' },
                targetAllocations: { type: 'integer' },
                targetMegabitsPerSecond: { type: 'integer' },
                stabilizationSeconds: { type: 'integer' },
              },
              additionalProperties: true,
              required: ['max', 'min', 'stabilizationSeconds', 'targetAllocations', 'targetMegabitsPerSecond'],
            },
            port: { type: 'integer' },
            tls: {
              type: 'object',
              properties: {
                secretRef: {
                  type: 'object',
                  properties: { name: { type: 'string' } },
                  required: ['name'],
                  additionalProperties: true,
                },
                port: { type: 'integer' },
                domain: { type: 'string' },
              },
              required: ['port', 'secretRef'],
              additionalProperties: true,
            },
            secretRef: {
              type: 'object',
              properties: { name: { type: 'string' } },
              required: ['name'],
              additionalProperties: true,
            },
            credentialSeconds: { type: 'integer' },
            quotas: {
              type: 'object',
              properties: { allocationsPerParticipant: { type: 'integer' }, allocations: { type: 'integer' } },
              additionalProperties: true,
              required: ['allocations', 'allocationsPerParticipant'],
            },
            limits: {
              type: 'object',
              properties: { allocationBytesPerSecond: { type: 'integer' }, serverBytesPerSecond: { type: 'integer' } },
              additionalProperties: true,
            },
            drainDeadlineSeconds: { type: 'integer' },
            image: { type: 'string' },
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
          },
          additionalProperties: true,
          required: ['credentialSeconds', 'drainDeadlineSeconds', 'limits', 'port', 'quotas'],
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
        desired: { type: 'integer' },
        scaling: {
          type: 'object',
          properties: {
            wish: { type: 'integer' },
            winner: { type: 'string' },
            heldBack: {
              type: 'object',
              properties: { reason: { type: 'string' }, message: { type: 'string' } },
              required: ['message', 'reason'],
              additionalProperties: true,
            },
            signals: {
              type: 'array',
              items: {
                type: 'object',
                required: ['message', 'name', 'reason'],
                properties: {
                  name: { type: 'string' },
                  wish: { type: 'integer' },
                  reason: { type: 'string' },
                  message: { type: 'string' },
                },
                additionalProperties: true,
              },
            },
          },
          additionalProperties: true,
        },
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
        turn: {
          type: 'object',
          properties: {
            desired: { type: 'integer' },
            reason: { type: 'string' },
            ready: { type: 'integer' },
            allocations: { type: 'integer' },
            servers: {
              type: 'array',
              items: {
                type: 'object',
                required: ['name', 'phase'],
                properties: {
                  name: { type: 'string' },
                  phase: {
                    type: 'string',
                    enum: ['Pending', 'Starting', 'Ready', 'Unreachable', 'Draining', 'Failed'],
                  },
                  reason: { type: 'string' },
                  host: { type: 'string' },
                  urls: { type: 'array', items: { type: 'string' } },
                  allocations: { type: 'integer' },
                  megabitsPerSecond: { type: 'integer' },
                },
                additionalProperties: true,
              },
            },
          },
          required: ['allocations', 'desired', 'ready', 'reason'],
          additionalProperties: true,
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
