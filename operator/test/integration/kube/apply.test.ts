import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createObjectWriter, type ObjectWriter } from '../../../src/kube/apply.js';
import { KubeError, type KubeErrorCode } from '../../../src/kube/kube-error.js';
import { startApiServer, type ApiServer } from '../kube-apiserver.js';
import { configMaps, createRuntime, type Runtime } from './config-maps.js';

const signal = new AbortController().signal;
const namespace = 'default';
const named = (name: string, data: Record<string, string>, more: object = {}) => ({
  metadata: { name, namespace, ...more },
  data,
});
async function codeOf(promise: Promise<unknown>): Promise<KubeErrorCode | 'none'> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    if (error instanceof KubeError) return error.code;
    throw error;
  }
}

describe('writing objects', () => {
  let server: ApiServer;
  let runtime: Runtime;
  let writer: ObjectWriter;

  beforeAll(async () => {
    server = await startApiServer();
    runtime = createRuntime(server.kubeConfig);
    writer = createObjectWriter({ client: runtime.client, fieldManager: 'parley-operator' });
  });
  afterAll(async () => {
    runtime.client.close();
    await server.close();
  });

  it('applying removes our fields that are gone, and leaves those of others', async () => {
    const other = createObjectWriter({ client: runtime.client, fieldManager: 'someone' });
    await writer.apply(configMaps, named('owned', { ours: '1', ourOld: '1' }), { signal });
    await other.apply(configMaps, named('owned', { theirs: '1' }), { signal });
    const applied = await writer.apply(configMaps, named('owned', { ours: '2' }), { signal });
    expect(applied.data).toEqual({ ours: '2', theirs: '1' });
  });

  it('applying takes a field from another, by force', async () => {
    const other = createObjectWriter({ client: runtime.client, fieldManager: 'someone' });
    await other.apply(configMaps, named('forced', { field: 'theirs' }), { signal });
    const applied = await writer.apply(configMaps, named('forced', { field: 'ours' }), { signal });
    expect(applied.data).toEqual({ field: 'ours' });
  });

  it('applying what is already so changes no version', async () => {
    const first = await writer.apply(configMaps, named('same', { a: '1' }), { signal });
    const second = await writer.apply(configMaps, named('same', { a: '1' }), { signal });
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('creating what exists is AlreadyExists', async () => {
    await writer.create(configMaps, named('once', {}), { signal });
    expect(await codeOf(writer.create(configMaps, named('once', {}), { signal }))).toBe('AlreadyExists');
  });

  it('deleting asks for the very object that was meant', async () => {
    const { metadata } = await writer.apply(configMaps, named('doomed', {}), { signal });
    const target = { name: 'doomed', namespace };
    expect(await codeOf(writer.delete(configMaps, target, { signal, uid: 'another' }))).toBe('Conflict');
    expect(await writer.delete(configMaps, target, { signal, uid: metadata.uid })).toEqual({ outcome: 'Gone' });
    expect(await writer.delete(configMaps, target, { signal, uid: metadata.uid })).toEqual({ outcome: 'Gone' });
    expect(await writer.get(configMaps, target, { signal })).toBeUndefined();
  });

  it('deleting what a finalizer holds answers that it is ending', async () => {
    await writer.apply(configMaps, named('held', {}, { finalizers: ['parley.dev/meeting'] }), { signal });
    const deleted = await writer.delete(configMaps, { name: 'held', namespace }, { signal });
    expect(deleted).toMatchObject({ outcome: 'Ending', object: { metadata: { name: 'held' } } });
    await writer.apply(configMaps, named('held', {}), { signal });
    expect(await writer.get(configMaps, { name: 'held', namespace }, { signal })).toBeUndefined();
  });

  it('what the API server refuses is told apart', async () => {
    const noNamespace = { metadata: { name: 'lost', namespace: 'no-such-namespace' } };
    expect(await codeOf(writer.apply(configMaps, noNamespace, { signal }))).toBe('NotFound');
    expect(await codeOf(writer.apply(configMaps, named('Not A Name', {}), { signal }))).toBe('Invalid');
    expect(await codeOf(writer.apply(configMaps, { metadata: { namespace } }, { signal }))).toBe('BadRequest');
  });

  it('nothing is written once the leadership is uncertain', async () => {
    const leadership = { remainingMs: () => 0 };
    const follower = createObjectWriter({ client: runtime.client, fieldManager: 'parley-operator', leadership });
    expect(await codeOf(follower.apply(configMaps, named('forbidden', {}), { signal }))).toBe('NotLeading');
    expect(await writer.get(configMaps, { name: 'forbidden', namespace }, { signal })).toBeUndefined();
  });

  it('a write is given up when the leadership ends', async () => {
    process.kill(server.apiserverPid, 'SIGSTOP');
    try {
      const leadership = { remainingMs: () => 200 };
      const leader = createObjectWriter({ client: runtime.client, fieldManager: 'parley-operator', leadership });
      const beganAtMs = performance.now();
      expect(await codeOf(leader.apply(configMaps, named('late', {}), { signal }))).toBe('Timeout');
      expect(performance.now() - beganAtMs).toBeLessThan(1_000);
    } finally {
      process.kill(server.apiserverPid, 'SIGCONT');
    }
  });
});
