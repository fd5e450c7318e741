/** What an S3-compatible store says is wrong, in our reasons. */
import { StoreError, type StoreErrorReason } from './recording-store.js';

const byName: Readonly<Record<string, StoreErrorReason>> = {
  NoSuchBucket: 'NoSuchBucket',
  InvalidAccessKeyId: 'WrongCredentials',
  SignatureDoesNotMatch: 'WrongCredentials',
  InvalidToken: 'WrongCredentials',
  ExpiredToken: 'WrongCredentials',
  CredentialsProviderError: 'WrongCredentials',
  // versitygw
  XAdminUserNotFound: 'WrongCredentials',
  AccessDenied: 'AccessDenied',
  AllAccessDisabled: 'AccessDenied',
  QuotaExceeded: 'Full',
  XMinioStorageFull: 'Full',
  InvalidBucketName: 'Invalid',
  PermanentRedirect: 'Invalid',
  AuthorizationHeaderMalformed: 'Invalid',
  IllegalLocationConstraintException: 'Invalid',
};

const byStatus: Readonly<Record<number, StoreErrorReason>> = { 301: 'Invalid', 403: 'AccessDenied', 507: 'Full' };

export function s3ErrorName(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** Without a status the store has not answered. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message || error.name : String(error);
  const named = byName[s3ErrorName(error) ?? ''];
  if (named !== undefined) return new StoreError(named, message, error);
  const status = statusOf(error);
  if (status === undefined) return new StoreError('Unreachable', message, error);
  return new StoreError(byStatus[status] ?? 'Refused', `${message} (HTTP ${String(status)})`, error);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
