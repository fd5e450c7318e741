/** How large the cell is. Meetings are of four people. */
export interface CellSize {
  readonly nodes: number;
  readonly meetings: number;
  /** Meetings of each round beside the bare client. */
  readonly atOnce: number;
  readonly churnSeconds: number;
}

const names: Readonly<Record<string, string>> = { small: '300x4000', full: '1500x20000' };

/** @param asked from the environment's BENCH_SIZE: `small`, `full`, or NODESxMEETINGS. */
export function cellSizeOf(asked = 'small'): CellSize {
  const [, nodes, meetings] = /^(\d+)x(\d+)$/.exec(names[asked] ?? asked) ?? [];
  if (nodes === undefined || meetings === undefined)
    throw new Error('BENCH_SIZE must be small, full, or NODESxMEETINGS');
  const isLarge = Number(meetings) > 10_000;
  return {
    nodes: Number(nodes),
    meetings: Number(meetings),
    atOnce: isLarge ? 1_000 : 500,
    churnSeconds: isLarge ? 120 : 30,
  };
}
