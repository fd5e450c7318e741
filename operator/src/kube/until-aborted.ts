import { KubeError } from './kube-error.js';

/** Waits for `promise` no longer than until `signal` aborts; then throws KubeError `Aborted`, or the signal's own. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    const reason: unknown = signal.reason;
    aborted.reject(reason instanceof KubeError ? reason : new KubeError('Aborted', 'the caller gave up'));
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
