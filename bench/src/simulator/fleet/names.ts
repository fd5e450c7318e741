/** Nodes are rows here and names in the planner: `eu-12` is the thirteenth of its pool. */
import type { Fleet } from './fleet.js';
import { REGIONS } from '../workload/parameters.js';

export interface NodeNames {
  readonly names: readonly string[];
  readonly rowOf: (name: string) => number;
}

export function nameNodes({ regions }: Pick<Fleet, 'regions'>): NodeNames {
  const made = REGIONS.map(() => 0);
  const names = Array.from(regions, (region) => {
    const ordinal = made[region] ?? 0;
    made[region] = ordinal + 1;
    return `${REGIONS[region]?.name ?? ''}-${ordinal}`;
  });
  const rows = new Map(names.map((name, row) => [name, row]));
  return {
    names,
    rowOf: (name) => {
      const row = rows.get(name);
      if (row === undefined) throw new Error(`there is no node ${name}`);
      return row;
    },
  };
}
