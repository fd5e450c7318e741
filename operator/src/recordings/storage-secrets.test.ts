import { describe, expect, test } from 'vitest';
import type { ObjectWriter } from '../kube/apply.js';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import type { Secret } from '../resources/secret-resource.js';
import { createStorageSecrets } from './storage-secrets.js';

const { signal } = new AbortController();

function createReader(data: Record<string, string> | undefined): Pick<ObjectWriter, 'get'> & { reads: number } {
  const secret = { metadata: {}, data } as unknown as Secret;
  const reader = {
    reads: 0,
    get: () => {
      reader.reads += 1;
      return Promise.resolve(data === undefined ? undefined : secret);
    },
  };
  return reader as unknown as Pick<ObjectWriter, 'get'> & { reads: number };
}

describe('the Secrets of stores', () => {
  test.each([
    ['that is not there', undefined, { type: 'SecretMissing', detail: 'There is no Secret keys.' }],
    [
      'that lacks a key',
      { accessKeyId: 'eA==' },
      { type: 'SecretMissing', detail: 'Secret keys has no key secretAccessKey.' },
    ],
    [
      'with an empty key',
      { accessKeyId: '', secretAccessKey: 'eA==' },
      { type: 'SecretMissing', detail: 'Secret keys has no key accessKeyId.' },
    ],
    ['that has all', { accessKeyId: 'eA==', secretAccessKey: 'eA==' }, { type: 'Ready' }],
  ])('one %s', async (_, data, storage) => {
    const secrets = createStorageSecrets(createReader(data), createFakeClock());
    expect(await secrets.check('default', 'keys', signal)).toEqual(storage);
  });

  test('one that many wait for is read once, and again in a moment', async () => {
    const reader = createReader(undefined);
    const clock = createFakeClock();
    const secrets = createStorageSecrets(reader, clock);
    for (let job = 0; job < 100; job += 1) await secrets.check('default', 'keys', signal);
    expect(reader.reads).toBe(1);
    await clock.advance(4_000);
    await secrets.check('default', 'keys', signal);
    expect(reader.reads).toBe(2);
  });
});
