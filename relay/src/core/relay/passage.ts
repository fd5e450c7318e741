/**
 * The way that a copy of a producer has come: nodes, from the one where it is produced. While topologies change, a copy may be offered
 * to a node that it came through; whoever took it would live on what it lets go of as soon as it uses it.
 */
export type Via = readonly string[];

/** @param via of the copy that it is made of; empty: it is produced here. */
export function passOn(via: Via, self: string): Via {
  return [...via, self];
}

export function mayPass(via: Via, to: string): boolean {
  return !via.includes(to);
}
