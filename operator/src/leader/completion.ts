/** Notices when each of some keys has been worked on once. */
export interface Completion {
  done(key: string): void;
}

export function createCompletion(keys: Iterable<string>, onComplete: () => void): Completion {
  const waiting = new Set(keys);
  if (waiting.size === 0) onComplete();
  return {
    done: (key) => {
      if (waiting.delete(key) && waiting.size === 0) onComplete();
    },
  };
}
