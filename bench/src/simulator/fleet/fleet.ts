/** A cell's nodes: what is really on them, and what their last report said. Columns of numbers, one row a node. */

export type NodeState = 'Absent' | 'Starting' | 'Serving' | 'Closing';

export interface Fleet {
  readonly regions: Uint8Array;
  readonly states: NodeState[];
  readonly people: Int32Array;
  readonly consumers: Float64Array;
  readonly packetsPerSecond: Float64Array;
  /** Rows of nodes that take people, by region. */
  readonly serving: readonly number[][];
  setState(node: number, state: NodeState): void;
  /** Before anything on the node changes: what it reported last is what was on it until now. */
  touch(node: number, atMs: number): void;
  /** Nodes that have changed; whoever hears reports takes them out. */
  readonly touched: Set<number>;
  readonly reported: Reported;
}

/** What a decision sees. */
export interface Reported {
  people(node: number, atMs: number): number;
  consumers(node: number, atMs: number): number;
  packetsPerSecond(node: number, atMs: number): number;
  /** Of one core. */
  cpu(node: number, atMs: number): number;
  /** Whether the last report shows all that has changed. */
  isCurrent(node: number, atMs: number): boolean;
  /** When the node's last report was made. */
  atMs(node: number, nowMs: number): number;
}

export interface FleetShape {
  /** Rows for nodes that there may be at most, by region. */
  readonly sizes: readonly number[];
  readonly reportMs: number;
  readonly packetsPerSecondOfCore: number;
}

export function createFleet({ sizes, reportMs, packetsPerSecondOfCore }: FleetShape): Fleet {
  const size = sizes.reduce((sum, one) => sum + one, 0);
  const regions = Uint8Array.from(sizes.flatMap((count, region) => new Array<number>(count).fill(region)));
  const people = new Int32Array(size);
  const consumers = new Float64Array(size);
  const packetsPerSecond = new Float64Array(size);
  const changedMs = new Float64Array(size).fill(-Infinity);
  const last = { people: new Int32Array(size), consumers: new Float64Array(size), packets: new Float64Array(size) };
  const states = new Array<NodeState>(size).fill('Absent');
  const serving: number[][] = sizes.map(() => []);
  const touched = new Set<number>();

  // Nodes report at different moments.
  const phase = (node: number): number => (node * 7_919) % reportMs;
  const reportAtMs = (node: number, nowMs: number): number =>
    Math.floor((nowMs - phase(node)) / reportMs) * reportMs + phase(node);
  /** Changes up to the last report are in it. */
  const settle = (node: number, nowMs: number): void => {
    if ((changedMs[node] as number) >= reportAtMs(node, nowMs)) return;
    last.people[node] = people[node] as number;
    last.consumers[node] = consumers[node] as number;
    last.packets[node] = packetsPerSecond[node] as number;
  };

  return {
    regions,
    states,
    people,
    consumers,
    packetsPerSecond,
    serving,
    setState: (node, state) => {
      const rows = serving[regions[node] as number] as number[];
      const index = rows.indexOf(node);
      if (state === 'Serving' && index === -1) rows.push(node);
      if (state !== 'Serving' && index !== -1) rows.splice(index, 1);
      states[node] = state;
    },
    touch: (node, atMs) => {
      settle(node, atMs);
      changedMs[node] = atMs;
      touched.add(node);
    },
    touched,
    reported: {
      people: (node, atMs) => {
        settle(node, atMs);
        return last.people[node] as number;
      },
      consumers: (node, atMs) => {
        settle(node, atMs);
        return last.consumers[node] as number;
      },
      packetsPerSecond: (node, atMs) => {
        settle(node, atMs);
        return last.packets[node] as number;
      },
      isCurrent: (node, atMs) => (changedMs[node] as number) < reportAtMs(node, atMs),
      cpu: (node, atMs) => {
        settle(node, atMs);
        return (last.packets[node] as number) / packetsPerSecondOfCore;
      },
      atMs: reportAtMs,
    },
  };
}
