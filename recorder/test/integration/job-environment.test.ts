/** What the operator writes into a recorder's pod is what the recorder reads. */
import {
  buildDeletionJob,
  buildRecorderJob,
  type RecorderJobInput,
} from '@parley/operator/core/recording/recorder-job.js';
import { aRecordingSpec } from '@parley/operator/core/testing/recording-worlds.js';
import { parseConfig, parseStoreConfig } from '@parley/recorder/config.js';
import { expect, it } from 'vitest';

const s3 = { bucket: 'b-1', prefix: 'team/', region: 'eu-1', forcePathStyle: true, endpoint: 'http://s3:7070' };
const claim = { persistentVolumeClaim: { claimName: 'recordings' } };

function input(storage: Parameters<typeof aRecordingSpec>[0]): RecorderJobInput {
  return {
    ...{ job: { name: 'daily', namespace: 'default', uid: 'u-1' }, spec: aRecordingSpec(storage), attempt: 1 },
    ...{
      image: { name: 'recorder', pullPolicy: undefined },
      pullSecrets: [],
      meetingId: 'abc-defg-hij',
      title: 'Daily',
    },
    ...{ expectedPeople: 4, zone: undefined },
  };
}

/** As the kubelet sets it. */
function environmentOf(job: ReturnType<typeof buildRecorderJob>): Record<string, string> {
  const fields: Record<string, string> = { 'metadata.name': 'rec-daily-abcde', 'status.podIP': '10.1.2.3' };
  const env = job.spec?.template.spec?.containers[0]?.env ?? [];
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => [name, value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '']),
  );
}

it.each([
  ['a bucket', { s3 }, { s3: { ...s3, prefix: 'team/default/abc-defg-hij/u-1/' } }],
  ['a volume', claim, { directory: '/recordings', prefix: 'default/abc-defg-hij/u-1/' }],
])('a recording into %s', (_, storage, expected) => {
  const config = parseConfig(environmentOf(buildRecorderJob(input({ storage }))));
  expect(config).toMatchObject({
    name: 'rec-daily-abcde',
    podIp: '10.1.2.3',
    tlsDir: '/etc/parley/tls',
    workDir: '/work',
  });
  expect(config.recording).toMatchObject({ job: 'daily', meetingId: 'abc-defg-hij', storage: expected });
  expect(config.recording.bufferBytes % 1_048_576).toBe(0);
});

it('deleting knows the same place', () => {
  const { recording } = parseStoreConfig(environmentOf(buildDeletionJob(input({ storage: { s3 } }))));
  expect(recording.storage).toEqual({ s3: { ...s3, prefix: 'team/default/abc-defg-hij/u-1/' } });
});
