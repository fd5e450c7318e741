/** Those who wait for a producer to come over a relay. */
import { RpcError } from '@parley/proto/rpc-error.js';

export interface Arrivals {
  /** @throws the reason of the signal, or of `reject`. */
  wait(producerId: string, signal: AbortSignal): Promise<void>;
  resolve(producerId: string): void;
  reject(producerId: string, error: Error): void;
  rejectAll(error: Error): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createArrivals(): Arrivals {
  const waiting = new Map<string, Set<Waiter>>();
  const settle = (producerId: string, end: (waiter: Waiter) => void): void => {
    const waiters = waiting.get(producerId);
    waiting.delete(producerId);
    for (const waiter of waiters ?? []) end(waiter);
  };
  const reject = (producerId: string, error: Error): void => settle(producerId, (waiter) => waiter.reject(error));
  return {
    wait(producerId, signal): Promise<void> {
      const { promise, resolve, reject: fail } = Promise.withResolvers<undefined>();
      const waiter: Waiter = { resolve: () => resolve(undefined), reject: fail };
      const waiters = waiting.get(producerId) ?? new Set();
      waiting.set(producerId, waiters.add(waiter));
      const abort = (): void => {
        waiters.delete(waiter);
        if (waiters.size === 0 && waiting.get(producerId) === waiters) waiting.delete(producerId);
        fail(signal.reason);
      };
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      return promise.finally(() => signal.removeEventListener('abort', abort));
    },
    resolve: (producerId) => settle(producerId, (waiter) => waiter.resolve()),
    reject,
    rejectAll(error): void {
      for (const producerId of [...waiting.keys()]) reject(producerId, error);
    },
  };
}

/** Why a producer can't be consumed here. */
export function unavailable(reason: string): RpcError {
  return new RpcError('UNAVAILABLE', `RelayUnavailable: ${reason}`);
}
