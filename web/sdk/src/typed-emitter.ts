/** Events of a class by name, each with the tuple of its arguments. */
export type EventMap = Record<string, readonly unknown[]>;

type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

/** A listener that throws is reported as an uncaught error; the others are still called. */
export interface TypedEmitter<Events extends { [K in keyof Events]: readonly unknown[] }> {
  /** Returns a function that removes the listener. */
  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): () => void;
  emit<K extends keyof Events>(event: K, ...args: Events[K]): void;
  removeAll(): void;
}

export function createTypedEmitter<Events extends { [K in keyof Events]: readonly unknown[] }>(): TypedEmitter<Events> {
  const listeners = new Map<keyof Events, Set<Listener<never>>>();
  return {
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    emit(event, ...args) {
      for (const listener of [...(listeners.get(event) ?? [])]) {
        try {
          (listener as Listener<typeof args>)(...args);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
    removeAll: () => listeners.clear(),
  };
}
