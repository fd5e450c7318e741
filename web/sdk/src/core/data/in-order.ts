/**
 * One sender's messages under one label, as they come over one channel or, while somebody moves between nodes, over several: each once,
 * in the order in which they were sent. A number that is missing may still come over another channel; alone, a channel keeps its order.
 */

export interface InOrder<M> {
  /** The number to come; undefined before the first. */
  readonly next: number | undefined;
  /** Came before their turn, by number. */
  readonly early: ReadonlyMap<number, M>;
}

export interface Taken<M> {
  readonly state: InOrder<M>;
  readonly deliver: readonly M[];
}

export const nothingYet: InOrder<never> = { next: undefined, early: new Map<number, never>() };

/** Law 6: beyond these, what is missing is given up. */
export const maxEarly = 256;

/** @param alone no other channel could bring what is missing. */
export function takeMessage<M>(
  { next, early }: InOrder<M>,
  { number, message, alone }: { readonly number: number; readonly message: M; readonly alone: boolean },
): Taken<M> {
  if (next !== undefined && number < next) return { state: { next, early }, deliver: [] };
  const state = { next: next ?? 0, early: new Map(early).set(number, message) };
  return alone || state.early.size > maxEarly ? giveUpMissing(state) : inTurn(state);
}

/** Delivers what has come, in order, without what is missing. */
export function giveUpMissing<M>({ next, early }: InOrder<M>): Taken<M> {
  const numbers = [...early.keys()].toSorted((a, b) => a - b);
  const last = numbers.at(-1);
  if (last === undefined) return { state: { next, early }, deliver: [] };
  return { state: { next: last + 1, early: new Map() }, deliver: numbers.map((number) => early.get(number) as M) };
}

function inTurn<M>({ next, early }: { readonly next: number; readonly early: ReadonlyMap<number, M> }): Taken<M> {
  const rest = new Map(early);
  const deliver: M[] = [];
  let number = next;
  for (; rest.has(number); number += 1) {
    deliver.push(rest.get(number) as M);
    rest.delete(number);
  }
  return { state: { next: number, early: rest }, deliver };
}
