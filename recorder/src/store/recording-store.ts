/**
 * Where one recording is kept. Keys are below the job's prefix (see storage-keys.ts), with `/` between their parts.
 * Every call has a deadline of its own and fails with a StoreError.
 */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

export interface WriteOptions {
  /** Such as video/mp4. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface RecordingStore {
  /** Writes, reads and deletes a small object: throws what a recording would fail with. */
  check(signal?: AbortSignal): Promise<void>;
  /** Whole or not at all; large files go in parts. What is there is replaced. */
  putFile(key: string, path: string, options?: WriteOptions): Promise<void>;
  /** Whole or not at all. What is there is replaced. */
  putBytes(key: string, bytes: Uint8Array, options?: WriteOptions): Promise<void>;
  /** Only where nothing is there; false: something was. */
  putNew(key: string, bytes: Uint8Array, options?: WriteOptions): Promise<boolean>;
  /** Undefined: not there. For small objects: they are read into memory. */
  getBytes(key: string, signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** Into a file; false: not there. */
  getFile(key: string, path: string, signal?: AbortSignal): Promise<boolean>;
  /** All whose key begins with this, in the order of their keys. */
  list(keyPrefix: string, signal?: AbortSignal): Promise<StoredObject[]>;
  /** What isn't there counts as deleted. */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Everything of this recording, and nothing else. @returns how many objects were there. */
  deleteAll(signal?: AbortSignal): Promise<number>;
  /** Where an object is, for people: `s3://bucket/…`, or a path. */
  locationOf(key: string): string;
  close(): void;
}

/**
 * NoSuchBucket: there is no such bucket, or no such directory. WrongCredentials: the store does not know them, or there are none.
 * AccessDenied: they may not do this. Full: no room is left. Unreachable: no answer, or none in time. Refused: it answered with an error of its own,
 * as when it is overloaded. Invalid: what is configured makes no sense to it, such as a region.
 */
export const storeErrorReasons = [
  'NoSuchBucket',
  'WrongCredentials',
  'AccessDenied',
  'Full',
  'Unreachable',
  'Refused',
  'Invalid',
] as const;
export type StoreErrorReason = (typeof storeErrorReasons)[number];

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreErrorReason;

  constructor(reason: StoreErrorReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }

  /** Whether the same may go well later without anybody changing anything. */
  get passes(): boolean {
    return this.reason === 'Unreachable' || this.reason === 'Refused' || this.reason === 'Full';
  }
}
