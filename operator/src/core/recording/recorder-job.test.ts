import type { V1Container } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { aRecordingSpec } from '../testing/recording-worlds.js';
import { buildDeletionJob, buildRecorderJob, type RecorderJobInput } from './recorder-job.js';
import { deletionName, locationOf, prefixOf, recorderJobName, recorderName } from './recorder-names.js';

const input = (some: Partial<RecorderJobInput> = {}): RecorderJobInput => ({
  job: { name: 'daily', namespace: 'default', uid: 'u-1' },
  spec: aRecordingSpec(),
  image: { name: 'parley/recorder:1', pullPolicy: undefined },
  pullSecrets: [],
  attempt: 1,
  meetingId: 'abc-defg-hij',
  title: 'Daily',
  expectedPeople: 4,
  zone: undefined,
  ...some,
});
const containerOf = ({ spec }: ReturnType<typeof buildRecorderJob>): V1Container =>
  spec?.template.spec?.containers[0] as V1Container;
const valueOf = (container: V1Container, name: string): string | undefined =>
  container.env?.find((variable) => variable.name === name)?.value;
const s3 = { bucket: 'b-1', prefix: 'team/', region: 'eu-1', forcePathStyle: true, endpoint: 'http://s3:7070' };

describe('a recorder’s batch Job', () => {
  test('has a name that is one label, and another for a RecordingJob that is made anew under its name', () => {
    const long = { name: 'x'.repeat(200), namespace: 'default', uid: 'u-1' };
    for (const job of [long, { ...long, name: 'a.b-' }, { ...long, name: `${'x'.repeat(39)}-y` }]) {
      for (const name of [deletionName(job), recorderJobName(job, 999)])
        expect(`${name}-abcde`.length).toBeLessThanOrEqual(63);
      expect(recorderName(job)).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    }
    expect(recorderName(long)).not.toBe(recorderName({ ...long, uid: 'u-2' }));
  });

  test('stays below the prefix of its own', () => {
    const { job } = input();
    expect(prefixOf(job, { s3 }, 'abc-defg-hij')).toBe('team/default/abc-defg-hij/u-1/');
    expect(locationOf(job, { s3 }, 'abc-defg-hij')).toBe('s3://b-1/team/default/abc-defg-hij/u-1/');
    expect(locationOf(job, { persistentVolumeClaim: { claimName: 'c' } }, 'abc-defg-hij')).toBe(
      'c:default/abc-defg-hij/u-1/',
    );
  });

  test('law 10: no secret is in what anybody reads, and the pod may do nothing else', () => {
    const spec = aRecordingSpec({ storage: { s3: { ...s3, credentialsSecretRef: { name: 'keys' } } } });
    const job = buildRecorderJob(input({ spec }));
    const container = containerOf(job);
    expect(container.env).toContainEqual({
      name: 'AWS_SECRET_ACCESS_KEY',
      valueFrom: { secretKeyRef: { name: 'keys', key: 'secretAccessKey' } },
    });
    expect(valueOf(container, 'PARLEY_RECORDING')).not.toContain('keys');
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(job.spec?.template.spec).toMatchObject({
      ...{ automountServiceAccountToken: false, restartPolicy: 'OnFailure' },
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
  });

  test('tells the recorder all that it is to do', () => {
    const container = containerOf(buildRecorderJob(input({ spec: aRecordingSpec({ storage: { s3 } }) })));
    expect(container.args).toEqual(['record']);
    expect(JSON.parse(valueOf(container, 'PARLEY_RECORDING') ?? '')).toEqual({
      ...{ namespace: 'default', job: 'daily', uid: 'u-1', meetingId: 'abc-defg-hij', title: 'Daily' },
      ...{ layout: 'Gallery', outputs: ['MP4'], keepSegments: false },
      storage: { s3: { ...s3, prefix: 'team/default/abc-defg-hij/u-1/' } },
      ...{ maxDurationMs: 3_600_000, emptyMeetingMs: 300_000, bufferBytes: 4_096 * 1_048_576 },
    });
  });

  test('has room on its disk for the buffer and for composing', () => {
    const { volumes } = buildRecorderJob(input()).spec?.template.spec ?? {};
    expect(volumes?.find(({ name }) => name === 'work')?.emptyDir?.sizeLimit).toBe(`${String(4_096 + 512 + 4_500)}Mi`);
  });

  test('asks for more where more people are expected, unless the spec says what', () => {
    const requestsFor = (people: number): unknown =>
      containerOf(buildRecorderJob(input({ expectedPeople: people }))).resources?.requests;
    expect(requestsFor(4)).toEqual({ cpu: '500m', memory: '768Mi' });
    expect(requestsFor(1_000)).toEqual({ cpu: '3', memory: '4096Mi' });
    const spec = aRecordingSpec({ resources: { requests: { cpu: 2 } } });
    expect(containerOf(buildRecorderJob(input({ spec }))).resources).toEqual({ requests: { cpu: '2' } });
  });

  test('would be near the meeting, and leaves a lost host soon', () => {
    const { affinity, tolerations } = buildRecorderJob(input({ zone: 'eu-1a' })).spec?.template.spec ?? {};
    expect(affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.[0]?.preference).toEqual({
      matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['eu-1a'] }],
    });
    expect(tolerations?.map(({ tolerationSeconds }) => tolerationSeconds)).toEqual([5, 5]);
  });

  test('a volume is mounted where the recorder finds it, also for deleting', () => {
    const spec = aRecordingSpec({ storage: { persistentVolumeClaim: { claimName: 'disk' } } });
    for (const job of [buildRecorderJob(input({ spec })), buildDeletionJob(input({ spec }))]) {
      const container = containerOf(job);
      expect(container.volumeMounts).toContainEqual({ name: 'recordings', mountPath: '/recordings' });
      expect(JSON.parse(valueOf(container, 'PARLEY_RECORDING') ?? '')).toMatchObject({
        storage: { directory: '/recordings', prefix: 'default/abc-defg-hij/u-1/' },
      });
    }
  });

  test('deleting is another command of the same image, with the same keys and prefix', () => {
    const spec = aRecordingSpec({ storage: { s3: { ...s3, credentialsSecretRef: { name: 'keys' } } } });
    const record = containerOf(buildRecorderJob(input({ spec })));
    const remove = containerOf(buildDeletionJob(input({ spec })));
    expect(remove.args).toEqual(['delete']);
    expect(valueOf(remove, 'PARLEY_RECORDING')).toBe(valueOf(record, 'PARLEY_RECORDING'));
    expect(remove.env?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']),
    );
    expect(remove.env?.map(({ name }) => name)).not.toContain('TLS_DIR');
  });
});
