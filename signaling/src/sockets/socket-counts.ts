/** How many sockets there are for each address, and which have not spoken yet, oldest first. */
import type { SignalingLimits } from '../config.js';

export interface SocketCounts<T> {
  readonly size: number;
  /** Undefined when one more socket of this address may come. */
  refusal(key: string): 'TooManySockets' | undefined;
  /** Counts a silent socket in. @returns the silent ones that have to go for it. */
  opened(key: string, socket: T): readonly T[];
  /** It is no longer silent. */
  spoke(key: string, socket: T): void;
  closed(key: string): void;
}

type Limits = Pick<SignalingLimits, 'sockets' | 'socketsPerAddress' | 'silentSockets' | 'silentSocketsPerAddress'>;

export function createSocketCounts<T>(limits: Limits): SocketCounts<T> {
  const open = new Map<string, number>();
  /** In the order in which they came. */
  const silent = new Map<T, string>();
  const silentByAddress = new Map<string, Set<T>>();
  let size = 0;

  const forget = (key: string, socket: T): void => {
    silent.delete(socket);
    const here = silentByAddress.get(key);
    here?.delete(socket);
    if (here?.size === 0) silentByAddress.delete(key);
  };
  return {
    get size() {
      return size;
    },
    refusal: (key) =>
      size >= limits.sockets || (open.get(key) ?? 0) >= limits.socketsPerAddress ? 'TooManySockets' : undefined,
    opened: (key, socket) => {
      size += 1;
      open.set(key, (open.get(key) ?? 0) + 1);
      silent.set(socket, key);
      const here = silentByAddress.get(key) ?? new Set<T>();
      silentByAddress.set(key, here.add(socket));
      const gone = new Set<T>();
      const [oldestHere] = here.size > limits.silentSocketsPerAddress ? here : [];
      if (oldestHere !== undefined) gone.add(oldestHere);
      const [oldest] = silent.size > limits.silentSockets ? silent.keys() : [];
      if (oldest !== undefined && gone.size === 0) gone.add(oldest);
      for (const one of gone) forget(silent.get(one) ?? key, one);
      return [...gone];
    },
    spoke: forget,
    closed: (key) => {
      size -= 1;
      const left = (open.get(key) ?? 1) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    },
  };
}
