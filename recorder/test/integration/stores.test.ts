/** One suite for both places that a recording can be kept in. */
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectoryStore } from '@parley/recorder/store/directory-store.js';
import { createS3Store } from '@parley/recorder/store/s3-store.js';
import type { RecordingStore, StoreError } from '@parley/recorder/store/recording-store.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessKey, secretKey, startS3Server, type S3Server } from '@parley/e2e/s3/s3-server.js';

let s3: S3Server;
let directory: string;
beforeAll(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = accessKey;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretKey;
  s3 = await startS3Server();
  await s3.createBucket('recordings');
  directory = await mkdtemp(join(tmpdir(), 'store-'));
});
afterAll(async () => {
  await s3.close();
  await rm(directory, { recursive: true, force: true });
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error as StoreError).reason,
  );

function s3Store(prefix: string, other: { bucket?: string; endpoint?: string } = {}): RecordingStore {
  const timing = { connectMs: 500, callMs: 3_000 };
  return createS3Store({
    ...{ bucket: 'recordings', endpoint: s3.endpoint, prefix, region: 'us-east-1', forcePathStyle: true, timing },
    ...other,
  });
}

describe.each([
  ['a bucket', s3Store],
  ['a folder', (prefix: string) => createDirectoryStore({ directory, prefix })],
])('%s', (_, open) => {
  it('keeps what is put there, under its key', async () => {
    const store = open('a/m/1/');
    await store.check();
    await store.putBytes('manifest/r/1.json', bytes('one'));
    await store.putBytes('manifest/r/1.json', bytes('two'));
    await store.putBytes('manifest/r/2.json', bytes('three'));
    await store.putBytes('recording.json', bytes('{}'));
    expect(Buffer.from((await store.getBytes('manifest/r/1.json'))!).toString()).toBe('two');
    expect(await store.getBytes('manifest/r/3.json')).toBeUndefined();
    expect(await store.list('manifest/')).toEqual([
      { key: 'manifest/r/1.json', bytes: 3 },
      { key: 'manifest/r/2.json', bytes: 5 },
    ]);
    await store.delete(['manifest/r/1.json', 'manifest/r/never.json']);
    expect((await store.list('')).map(({ key }) => key)).toEqual(['manifest/r/2.json', 'recording.json']);
  });

  it('keeps files, large ones too', async () => {
    const store = open('a/m/2/');
    const [from, to] = [join(directory, 'from'), join(directory, 'to')];
    for (const size of [5, 20 * 1024 * 1024]) {
      await writeFile(from, Buffer.alloc(size, 'x'));
      await store.putFile('outputs/file', from, { contentType: 'video/mp4' });
      expect(await store.list('outputs/')).toEqual([{ key: 'outputs/file', bytes: size }]);
      expect(await store.getFile('outputs/file', to)).toBe(true);
      expect(Buffer.compare(await readFile(to), await readFile(from))).toBe(0);
    }
    expect(await store.getFile('outputs/other', to)).toBe(false);
  });

  it('keeps what was there first, where that is asked for', async () => {
    const store = open('a/m/3/');
    const tries = await Promise.all(['one', 'two'].map((text) => store.putNew('recording.json', bytes(text))));
    const again = await store.putNew('recording.json', bytes('three'));
    expect([tries.toSorted(), again]).toEqual([[false, true], false]);
    expect(Buffer.from((await store.getBytes('recording.json'))!).toString()).toMatch(/one|two/);
  });

  it('lists and deletes more than one answer holds, and nothing of another recording', async () => {
    const store = open('a/n/4/');
    const other = open('a/n/40/');
    await other.putBytes('recording.json', bytes('{}'));
    const keys = Array.from({ length: 1_100 }, (_, i) => `segments/${String(i).padStart(4, '0')}`);
    for (let first = 0; first < keys.length; first += 50)
      await Promise.all(keys.slice(first, first + 50).map((key) => store.putBytes(key, bytes('x'))));
    expect((await store.list('segments/')).map(({ key }) => key)).toEqual(keys);
    expect(await store.deleteAll()).toBe(1_100);
    expect(await store.deleteAll()).toBe(0);
    expect(await store.list('')).toEqual([]);
    expect(await other.list('')).toHaveLength(1);
  });
});

describe('a bucket says why it takes nothing', () => {
  it('that is not there', async () => {
    expect(await reasonOf(s3Store('p/', { bucket: 'nobody-has-this' }).check())).toBe('NoSuchBucket');
  });

  it('of a server that does not answer', async () => {
    expect(await reasonOf(s3Store('p/', { endpoint: 'http://127.0.0.1:1' }).check())).toBe('Unreachable');
  });

  it.each([
    ['an unknown key', { AWS_ACCESS_KEY_ID: 'nobody' }],
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'guessed' }],
  ])('with %s', async (_, wrong) => {
    Object.assign(process.env, wrong);
    const reason = await reasonOf(s3Store('p/').check());
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey });
    expect(reason).toBe('WrongCredentials');
  });
});

describe('a folder says why it takes nothing', () => {
  it('that is not there: a volume that is not mounted is no place', async () => {
    const store = createDirectoryStore({ directory: join(directory, 'unmounted'), prefix: 'a/m/5/' });
    expect(await reasonOf(store.check())).toBe('NoSuchBucket');
    await expect(access(join(directory, 'unmounted'))).rejects.toThrow();
  });
});
