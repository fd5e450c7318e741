import type { Logger } from 'pino';

/** Tells listeners of keys. One that throws is logged, and holds back neither the others nor the watch. */
export interface KeyBroadcast {
  readonly subscribe: (listener: (key: string) => void) => () => void;
  publish(key: string): void;
}

export function createKeyBroadcast(log: Logger): KeyBroadcast {
  const listeners = new Set<{ readonly call: (key: string) => void }>();
  return {
    subscribe: (listener) => {
      const entry = { call: listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    publish: (key) => {
      for (const listener of [...listeners]) {
        try {
          listener.call(key);
        } catch (error) {
          log.error({ err: error, key }, 'a listener of a watch has thrown');
        }
      }
    },
  };
}
