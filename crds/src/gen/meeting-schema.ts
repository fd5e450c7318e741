// Generated from crds/manifests/parley.dev_meetings.yaml by crds/src/bin/generate.ts. Do not edit.

export const meetingSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      properties: {
        mode: { type: 'string', enum: ['SFU', 'Webinar'] },
        title: { type: 'string' },
        pools: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' } },
            additionalProperties: true,
          },
        },
        expectedParticipants: { type: 'integer' },
        maxParticipants: { type: 'integer' },
        passcodeSecretRef: {
          type: 'object',
          properties: { name: { type: 'string' }, key: { type: 'string' } },
          required: ['key', 'name'],
          additionalProperties: true,
        },
        speakerPasscodeSecretRef: {
          type: 'object',
          properties: { name: { type: 'string' }, key: { type: 'string' } },
          required: ['key', 'name'],
          additionalProperties: true,
        },
        hostPasscodeSecretRef: {
          type: 'object',
          properties: { name: { type: 'string' }, key: { type: 'string' } },
          required: ['key', 'name'],
          additionalProperties: true,
        },
        schedule: {
          type: 'object',
          properties: {
            start: { type: 'string' },
            durationMinutes: { type: 'integer' },
            timeZone: { type: 'string' },
            rrule: { type: 'string' },
          },
          required: ['durationMinutes', 'start', 'timeZone'],
          additionalProperties: true,
        },
        recording: {
          type: 'object',
          properties: {
            mode: { type: 'string', enum: ['Off', 'Manual', 'Automatic'] },
            announce: { type: 'boolean' },
            storage: {
              type: 'object',
              properties: {
                s3: {
                  type: 'object',
                  properties: {
                    bucket: { type: 'string' },
                    prefix: { type: 'string' },
                    endpoint: { type: 'string' },
                    publicEndpoint: { type: 'string' },
                    region: { type: 'string' },
                    forcePathStyle: { type: 'boolean' },
                    serverSideEncryption: { type: 'string', enum: ['AES256', 'aws:kms'] },
                    credentialsSecretRef: {
                      type: 'object',
                      properties: { name: { type: 'string' } },
                      required: ['name'],
                      additionalProperties: true,
                    },
                  },
                  required: ['bucket', 'forcePathStyle', 'prefix', 'region'],
                  additionalProperties: true,
                },
                persistentVolumeClaim: {
                  type: 'object',
                  properties: { claimName: { type: 'string' } },
                  required: ['claimName'],
                  additionalProperties: true,
                },
              },
              additionalProperties: true,
            },
            layout: { type: 'string', enum: ['Gallery', 'ActiveSpeaker'] },
            outputs: { type: 'array', items: { type: 'string', enum: ['MP4', 'HLS', 'Audio', 'Tracks'] } },
            retentionDays: { type: 'integer' },
            maxDurationSeconds: { type: 'integer' },
            emptyMeetingSeconds: { type: 'integer' },
            keepSegments: { type: 'boolean' },
            serviceAccountName: { type: 'string' },
          },
          additionalProperties: true,
          required: [
            'announce',
            'emptyMeetingSeconds',
            'keepSegments',
            'layout',
            'maxDurationSeconds',
            'mode',
            'outputs',
            'retentionDays',
          ],
        },
        ended: { type: 'boolean' },
        ttlSecondsAfterEnd: { type: 'integer' },
      },
      additionalProperties: true,
      required: ['ended', 'expectedParticipants', 'maxParticipants', 'mode', 'pools'],
    },
    status: {
      type: 'object',
      properties: {
        observedGeneration: { type: 'integer' },
        phase: { type: 'string', enum: ['Pending', 'Placed', 'Active', 'Ended'] },
        meetingId: { type: 'string' },
        joinURL: { type: 'string' },
        epoch: { type: 'integer' },
        nodes: { type: 'array', items: { type: 'string' } },
        placements: {
          type: 'array',
          items: {
            type: 'object',
            required: ['node', 'participantLimit', 'pool', 'region'],
            properties: {
              node: { type: 'string' },
              pool: { type: 'string' },
              region: { type: 'string' },
              participantLimit: { type: 'integer' },
              viewersOnly: { type: 'boolean' },
            },
            additionalProperties: true,
          },
        },
        relays: {
          type: 'array',
          items: {
            type: 'object',
            required: ['from', 'kind', 'to'],
            properties: {
              from: { type: 'string' },
              to: { type: 'string' },
              kind: { type: 'string', enum: ['Peer', 'Leaf'] },
            },
            additionalProperties: true,
          },
        },
        taps: {
          type: 'array',
          items: {
            type: 'object',
            required: ['node', 'recorder'],
            properties: { recorder: { type: 'string' }, node: { type: 'string' } },
            additionalProperties: true,
          },
        },
        participants: {
          type: 'object',
          properties: {
            total: { type: 'integer' },
            regions: {
              type: 'array',
              items: {
                type: 'object',
                required: ['participants', 'region'],
                properties: { region: { type: 'string' }, participants: { type: 'integer' } },
                additionalProperties: true,
              },
            },
          },
          additionalProperties: true,
        },
        gatherings: {
          type: 'array',
          items: {
            type: 'object',
            required: ['endedAt', 'peak'],
            properties: { endedAt: { type: 'string' }, peak: { type: 'integer' } },
            additionalProperties: true,
          },
        },
        startedAt: { type: 'string' },
        endedAt: { type: 'string' },
        endReason: { type: 'string', enum: ['EndedByHost'] },
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
