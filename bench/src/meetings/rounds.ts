/** Many Meetings at once by the operator and by the bare client, one after the other, so that both see the same machine. */
import { pause } from '@parley/e2e/deadline.js';
import type { KubeObject } from '../process/kube-api.js';
import { percentile } from '../report/figures.js';
import type { MeetingClients } from './clients.js';

export interface RoundsInit {
  /** Of each; the median counts. */
  readonly rounds: number;
  /** Meetings of a round. */
  readonly atOnce: number;
  /** What the bare client writes. */
  readonly like: KubeObject;
}

export interface RoundsOutcome {
  readonly perSecond: number;
  readonly bareClientPerSecond: number;
  readonly ratioToBareClient: number;
}

/** After so long the operator has sent what events it owes, and may write a burst of them again. */
const eventsRefillMs = 5_000;

export async function runRounds(clients: MeetingClients, { rounds, atOnce, like }: RoundsInit): Promise<RoundsOutcome> {
  const all: { readonly realMs: number; readonly bareMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    await pause(eventsRefillMs);
    const eventsBefore = await clients.countEvents();
    const realMs = await timeOf(atOnce, (index) => clients.createAndAwait(`round-${round}-${index}`));
    const events = (await clients.countEvents()) - eventsBefore;
    await pause(eventsRefillMs);
    const [bareMs] = await Promise.all([
      timeOf(atOnce, (index) => clients.createAndPatch(`round-${round}-${index}`, like)),
      clients.writeEvents(`round-${round}`, events),
    ]);
    all.push({ realMs, bareMs });
  }
  const median = (of: (round: (typeof all)[number]) => number): number => percentile(all.map(of), 0.5);
  return {
    perSecond: median(({ realMs }) => (atOnce * 1_000) / realMs),
    bareClientPerSecond: median(({ bareMs }) => (atOnce * 1_000) / bareMs),
    ratioToBareClient: median(({ realMs, bareMs }) => bareMs / realMs),
  };
}

/** Until the last of so many is placed, when all are asked for at once. */
export async function timeOf(count: number, one: (index: number) => Promise<number>): Promise<number> {
  const startMs = performance.now();
  const ends = await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  return Math.max(...ends) - startMs;
}

/** Until so many are done, with no more than `atOnce` begun and not yet ended. */
export async function fill(count: number, atOnce: number, one: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await one(next - 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
