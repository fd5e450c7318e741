/** What the store or composing says, in the reasons of a report. */
import type { StoreError, StoreErrorReason } from '../../store/recording-store.js';
import type { Failure, FailureReason } from './build-report.js';

const storeFailures: Readonly<Record<StoreErrorReason, FailureReason>> = {
  NoSuchBucket: 'BucketNotFound',
  WrongCredentials: 'StorageDenied',
  AccessDenied: 'StorageDenied',
  Full: 'StorageFull',
  Unreachable: 'StorageUnreachable',
  Refused: 'StorageUnreachable',
  Invalid: 'ConfigurationInvalid',
};

export function storeFailure({ reason, message }: StoreError): Failure {
  return { reason: storeFailures[reason], message };
}
