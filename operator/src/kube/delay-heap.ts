/** Keys ordered by when they are due; each key once, and its earliest time wins. Operations cost O(log n). */
export interface DelayHeap {
  readonly size: number;
  /** Returns whether the key's time is now the earliest of all. */
  schedule(key: string, dueAtMs: number): boolean;
  /** Takes out one key that is due by `nowMs`. */
  takeDue(nowMs: number): string | undefined;
  nextDueAtMs(): number | undefined;
  clear(): void;
}

interface Entry {
  readonly key: string;
  dueAtMs: number;
}

export function createDelayHeap(): DelayHeap {
  const heap: Entry[] = [];
  const positions = new Map<string, number>();

  const place = (entry: Entry, position: number): void => {
    heap[position] = entry;
    positions.set(entry.key, position);
  };
  const rise = (start: number): void => {
    const entry = heap[start];
    if (entry === undefined) return;
    let position = start;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.dueAtMs <= entry.dueAtMs) break;
      place(parent, position);
      position = above;
    }
    place(entry, position);
  };
  const sink = (start: number): void => {
    const entry = heap[start];
    if (entry === undefined) return;
    let position = start;
    for (;;) {
      const left = heap[2 * position + 1];
      const right = heap[2 * position + 2];
      const goesRight = left !== undefined && right !== undefined && right.dueAtMs < left.dueAtMs;
      const child = goesRight ? right : left;
      if (child === undefined || child.dueAtMs >= entry.dueAtMs) break;
      place(child, position);
      position = 2 * position + (goesRight ? 2 : 1);
    }
    place(entry, position);
  };

  return {
    get size() {
      return heap.length;
    },
    schedule: (key, dueAtMs) => {
      const position = positions.get(key);
      const entry = position === undefined ? undefined : heap[position];
      if (position === undefined || entry === undefined) {
        heap.push({ key, dueAtMs });
        rise(heap.length - 1);
      } else if (dueAtMs < entry.dueAtMs) {
        entry.dueAtMs = dueAtMs;
        rise(position);
      }
      return positions.get(key) === 0;
    },
    takeDue: (nowMs) => {
      const first = heap[0];
      if (first === undefined || first.dueAtMs > nowMs) return undefined;
      positions.delete(first.key);
      const last = heap.pop();
      if (last !== undefined && last !== first) {
        heap[0] = last;
        sink(0);
      }
      return first.key;
    },
    nextDueAtMs: () => heap[0]?.dueAtMs,
    clear: () => {
      heap.length = 0;
      positions.clear();
    },
  };
}
