/** A recording in a bucket of an S3-compatible store. Credentials come from the SDK's own chain: variables, or the pod's identity. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { checkStore } from './check-store.js';
import type { RecordingStore, StoredObject, WriteOptions } from './recording-store.js';
import { s3ErrorName, toStoreError } from './s3-errors.js';

export interface S3StoreOptions {
  readonly bucket: string;
  /** Of the job, behind what is configured: `recordings/default/abc-defg-hij/uid/`. */
  readonly prefix: string;
  readonly region: string;
  /** Undefined: Amazon's. */
  readonly endpoint?: string | undefined;
  readonly forcePathStyle: boolean;
  /** Undefined: as the bucket is set. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms' | undefined;
  readonly timing?: Partial<S3Timing>;
}

export interface S3Timing {
  readonly connectMs: number;
  /** Without a byte from the store. */
  readonly silentMs: number;
  /** Of a whole call on a small object, with its retries. */
  readonly callMs: number;
  /** Slower than that, a file's transfer is given up. */
  readonly bytesPerSecond: number;
}

const defaultTiming: S3Timing = { connectMs: 3_000, silentMs: 10_000, callMs: 20_000, bytesPerSecond: 200_000 };
const partBytes = 16 * 1024 * 1024;
const deletedAtOnce = 1_000;

export function createS3Store(options: S3StoreOptions): RecordingStore {
  const { bucket, prefix } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const client = new S3Client({
    region: options.region,
    forcePathStyle: options.forcePathStyle,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: timing.connectMs,
      requestTimeout: timing.silentMs,
      throwOnRequestTimeout: true,
    },
    // Stores that are not Amazon's may not know its newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

  const within = (signal: AbortSignal | undefined, bytes = 0): { abortSignal: AbortSignal } => {
    const deadline = AbortSignal.timeout(timing.callMs + Math.ceil((bytes / timing.bytesPerSecond) * 1_000));
    return { abortSignal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]) };
  };
  const target = (key: string, options_: WriteOptions = {}): Omit<PutObjectCommandInput, 'Body'> => ({
    Bucket: bucket,
    Key: prefix + key,
    ...(options_.contentType === undefined ? {} : { ContentType: options_.contentType }),
    ...(options.serverSideEncryption === undefined ? {} : { ServerSideEncryption: options.serverSideEncryption }),
  });

  async function putBytes(key: string, bytes: Uint8Array, options_?: WriteOptions): Promise<void> {
    const command = new PutObjectCommand({ ...target(key, options_), Body: bytes });
    await client.send(command, within(options_?.signal, bytes.length));
  }

  async function putFile(key: string, path: string, options_?: WriteOptions): Promise<void> {
    const { size } = await stat(path);
    if (size <= partBytes) {
      await putBytes(key, await readFile(path), options_);
      return;
    }
    const upload = new Upload({
      client,
      params: { ...target(key, options_), Body: createReadStream(path) },
      partSize: partBytes,
      queueSize: 2,
    });
    const { abortSignal } = within(options_?.signal, size);
    const abort = (): void => void upload.abort();
    abortSignal.addEventListener('abort', abort, { once: true });
    await upload.done().finally(() => abortSignal.removeEventListener('abort', abort));
  }

  async function putNew(key: string, bytes: Uint8Array, options_?: WriteOptions): Promise<boolean> {
    // Read first: a store without conditional writes would replace what is there.
    if ((await getBytes(key, options_?.signal)) !== undefined) return false;
    const command = new PutObjectCommand({ ...target(key, options_), Body: bytes, IfNoneMatch: '*' });
    try {
      await client.send(command, within(options_?.signal, bytes.length));
      return true;
    } catch (error) {
      if (s3ErrorName(error) === 'PreconditionFailed') return false;
      if (s3ErrorName(error) !== 'NotImplemented') throw error;
      await putBytes(key, bytes, options_);
      return true;
    }
  }

  async function get(key: string, to: { abortSignal: AbortSignal }): Promise<Readable | undefined> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }), to);
      if (!(Body instanceof Readable)) throw new Error('the store answered without a body');
      return Body;
    } catch (error) {
      if (s3ErrorName(error) === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async function getBytes(key: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const to = within(signal);
    const body = await get(key, to);
    if (body === undefined) return undefined;
    const chunks: Buffer[] = [];
    await pipeline(
      body,
      async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) chunks.push(chunk);
      },
      { signal: to.abortSignal },
    );
    return Buffer.concat(chunks);
  }

  async function* listPages(keyPrefix: string, signal?: AbortSignal): AsyncGenerator<StoredObject[]> {
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix + keyPrefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
        within(signal),
      );
      yield (page.Contents ?? []).flatMap(({ Key, Size }) =>
        Key === undefined ? [] : [{ key: Key.slice(prefix.length), bytes: Size ?? 0 }],
      );
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async function listAll(keyPrefix: string, signal?: AbortSignal): Promise<StoredObject[]> {
    const objects: StoredObject[] = [];
    for await (const page of listPages(keyPrefix, signal)) objects.push(...page);
    return objects;
  }

  async function deleteKeys(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    for (let first = 0; first < keys.length; first += deletedAtOnce) {
      const Objects = keys.slice(first, first + deletedAtOnce).map((key) => ({ Key: prefix + key }));
      const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
      const { Errors } = await client.send(command, within(signal));
      const [failed] = (Errors ?? []).filter(({ Code }) => Code !== 'NoSuchKey');
      if (failed !== undefined)
        throw Object.assign(new Error(failed.Message ?? 'an object could not be deleted'), {
          name: failed.Code ?? 'Unknown',
          $metadata: { httpStatusCode: failed.Code === 'AccessDenied' ? 403 : 500 },
        });
    }
  }

  /** Of uploads in parts that a killed process began: nothing lists them, but they cost what they take. */
  async function abortUploads(signal?: AbortSignal): Promise<void> {
    const { Uploads } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }),
      within(signal),
    );
    for (const { Key, UploadId } of Uploads ?? [])
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }), within(signal));
  }

  const store: RecordingStore = {
    check: (signal) => checkStore(store, signal),
    putFile: (...args) => mapped(() => putFile(...args)),
    putBytes: (...args) => mapped(() => putBytes(...args)),
    putNew: (...args) => mapped(() => putNew(...args)),
    getBytes: (...args) => mapped(() => getBytes(...args)),
    getFile: (key, path, signal) =>
      mapped(async () => {
        const to = within(signal, 1024 ** 3);
        const body = await get(key, to);
        if (body !== undefined) await pipeline(body, createWriteStream(path), { signal: to.abortSignal });
        return body !== undefined;
      }),
    list: (keyPrefix, signal) => mapped(() => listAll(keyPrefix, signal)),
    delete: (keys, signal) => mapped(() => deleteKeys(keys, signal)),
    deleteAll: (signal) =>
      mapped(async () => {
        let deleted = 0;
        await abortUploads(signal);
        for await (const page of listPages('', signal)) {
          await deleteKeys(
            page.map(({ key }) => key),
            signal,
          );
          deleted += page.length;
        }
        return deleted;
      }),
    locationOf: (key) => `s3://${bucket}/${prefix}${key}`,
    close: () => client.destroy(),
  };
  return store;
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStoreError(error);
  }
}
