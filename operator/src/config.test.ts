import { describe, expect, test } from 'vitest';
import { parseConfig } from './config.js';

const least = {
  NAMESPACE: 'parley',
  POD_NAME: 'operator-0',
  NODE_IMAGE: 'parley/sfu-node:1',
  TURN_IMAGE: 'parley/turn:1',
  RECORDER_IMAGE: 'parley/recorder:1',
};

describe('the environment', () => {
  test('needs little; what is unset has a safe default', () => {
    expect(parseConfig({ ...least, WATCH_NAMESPACE: '', REDIS_URL: '' })).toEqual({
      namespace: 'parley',
      podName: 'operator-0',
      watchNamespace: undefined,
      redisUrl: undefined,
      serviceAccount: undefined,
      grpcAddress: '0.0.0.0:7001',
      tlsDir: '/tmp/parley-tls',
      turnImage: { name: 'parley/turn:1', pullPolicy: undefined },
      nodeImage: { name: 'parley/sfu-node:1', pullPolicy: undefined },
      recorderImage: { name: 'parley/recorder:1', pullPolicy: undefined },
      recorderPullSecrets: [],
      recordingLimits: { perNamespace: 20, overall: 200 },
      publicUrl: '',
      prometheusServers: [],
      logLevel: 'info',
      telemetryPort: 9090,
      otlpEndpoint: undefined,
    });
  });

  test('servers that may be asked stand one after the other', () => {
    expect(
      parseConfig({ ...least, PROMETHEUS_SERVERS: 'http://a:9090 https://b/prometheus' }).prometheusServers,
    ).toEqual(['http://a:9090', 'https://b/prometheus']);
  });

  test('limits of recordings, and what their image is pulled with', () => {
    const config = parseConfig({
      ...least,
      ...{ RECORDER_PULL_SECRETS: 'one two', RECORDINGS_PER_NAMESPACE: '4', RECORDINGS_OVERALL: '0' },
    });
    expect(config).toMatchObject({
      recorderPullSecrets: ['one', 'two'],
      recordingLimits: { perNamespace: 4, overall: 0 },
    });
  });

  test('in a pod its service account counts, unless a kubeconfig is named', () => {
    const inPod = { ...least, KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' };
    const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
    expect(parseConfig(inPod).serviceAccount).toEqual({ host: '10.0.0.1', port: '6443', folder });
    expect(parseConfig({ ...inPod, KUBECONFIG: 'here' }).serviceAccount).toBeUndefined();
  });

  test('links have one slash', () => {
    expect(parseConfig({ ...least, PUBLIC_URL: 'https://meet.example.com/' }).publicUrl).toBe(
      'https://meet.example.com',
    );
  });

  test.each([
    ['NAMESPACE', { NAMESPACE: 'Not A Name' }],
    ['NODE_IMAGE', { NODE_IMAGE: '' }],
    ['TURN_IMAGE', { TURN_IMAGE: '' }],
    ['RECORDER_IMAGE', { RECORDER_IMAGE: '' }],
    ['RECORDINGS_OVERALL', { RECORDINGS_OVERALL: 'many' }],
    ['REDIS_URL', { REDIS_URL: 'http://redis' }],
    ['NODE_IMAGE_PULL_POLICY', { NODE_IMAGE_PULL_POLICY: 'Sometimes' }],
    ['PROMETHEUS_SERVERS', { PROMETHEUS_SERVERS: 'http://a:9090 file:///etc/passwd' }],
    ['TELEMETRY_PORT', { TELEMETRY_PORT: '70000' }],
  ])('names %s when it is wrong', (name, wrong) => {
    expect(() => parseConfig({ ...least, ...wrong })).toThrow(name);
  });
});
