/** What is counted over a day, the same for every policy: exact counts of events, and samples of the nodes' true load. */
import type { Cell } from './cell.js';
import type { Durations } from './durations.js';
import { HOT_CPU, PACKETS_PER_SECOND_OF_CORE } from './fleet/node-shape.js';
import { DAY_MS, HOUR_MS } from './workload/parameters.js';

export const SAMPLE_MS = 10_000;
/** Of a point in a plot. */
export const SLOT_MS = 600_000;
const SLOTS = DAY_MS / SLOT_MS;

export interface DayTotals {
  readonly joins: number;
  readonly waitedJoins: number;
  readonly waitedMs: number;
  /** People whose node failed. */
  readonly lost: number;
  /** People moved off nodes that were to go, and off those that carried too much. */
  readonly drained: number;
  readonly relieved: number;
  readonly personHours: number;
  readonly hotPersonHours: number;
  readonly nodeHours: number;
  readonly peakNodes: number;
  readonly relayGigabits: number;
  /** Mean over people and time of the most relays that their meeting's streams cross. */
  readonly hops: number;
}

/** Means over each slot of the day. */
export interface DaySeries {
  readonly people: readonly number[];
  readonly hotPeople: readonly number[];
  readonly nodes: readonly number[];
  readonly relayMegabits: readonly number[];
}

export interface DayResult {
  readonly policy: string;
  readonly totals: DayTotals;
  readonly series: DaySeries;
  readonly durations: Durations;
}

export interface Measurement {
  joined(): void;
  waited(): void;
  /** Of all who wait. */
  waiting(ms: number): void;
  lost(people: number): void;
  drained(people: number): void;
  relieved(people: number): void;
  sample(atMs: number): void;
  result(policy: string, durations: Durations): DayResult;
}

export function createMeasurement(cell: Cell): Measurement {
  const counts = { joins: 0, waitedJoins: 0, waitedMs: 0, lost: 0, drained: 0, relieved: 0 };
  const sums = { people: 0, hotPeople: 0, nodes: 0, relayBits: 0, peopleHops: 0 };
  let peakNodes = 0;
  const empty = (): number[] => new Array<number>(SLOTS).fill(0);
  const series = { people: empty(), hotPeople: empty(), nodes: empty(), relayMegabits: empty() };
  const addTo = (column: number[], atMs: number, value: number): void => {
    const slot = Math.floor(atMs / SLOT_MS);
    column[slot] = (column[slot] as number) + (value * SAMPLE_MS) / SLOT_MS;
  };

  return {
    joined: () => {
      counts.joins += 1;
    },
    waited: () => {
      counts.waitedJoins += 1;
    },
    waiting: (ms) => {
      counts.waitedMs += ms;
    },
    lost: (people) => {
      counts.lost += people;
    },
    drained: (people) => {
      counts.drained += people;
    },
    relieved: (people) => {
      counts.relieved += people;
    },
    sample: (atMs) => {
      const { nodes, hotPeople } = observeNodes(cell);
      sums.people += cell.people;
      sums.hotPeople += hotPeople;
      sums.nodes += nodes;
      sums.relayBits += cell.relayBitsPerSecond;
      sums.peopleHops += cell.peopleHops;
      peakNodes = Math.max(peakNodes, nodes);
      addTo(series.people, atMs, cell.people);
      addTo(series.hotPeople, atMs, hotPeople);
      addTo(series.nodes, atMs, nodes);
      addTo(series.relayMegabits, atMs, cell.relayBitsPerSecond / 1e6);
    },
    result: (policy, durations) => ({
      policy,
      durations,
      series,
      totals: {
        ...counts,
        personHours: (sums.people * SAMPLE_MS) / HOUR_MS,
        hotPersonHours: (sums.hotPeople * SAMPLE_MS) / HOUR_MS,
        nodeHours: (sums.nodes * SAMPLE_MS) / HOUR_MS,
        peakNodes,
        relayGigabits: (sums.relayBits * SAMPLE_MS) / 1e12,
        hops: sums.people === 0 ? 0 : sums.peopleHops / sums.people,
      },
    }),
  };
}

function observeNodes({ fleet }: Cell): { readonly nodes: number; readonly hotPeople: number } {
  let nodes = 0;
  let hotPeople = 0;
  const limit = HOT_CPU * PACKETS_PER_SECOND_OF_CORE;
  for (let node = 0; node < fleet.people.length; node += 1) {
    if (fleet.states[node] !== 'Absent') nodes += 1;
    if ((fleet.packetsPerSecond[node] as number) > limit) hotPeople += fleet.people[node] as number;
  }
  return { nodes, hotPeople };
}
