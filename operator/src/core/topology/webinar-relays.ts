/**
 * Relays of a webinar, in which few speak and many only receive: the speakers' nodes as in any meeting, the viewers' nodes in trees of
 * bounded fan-out below them. By the announcing rules a leaf tells its hub only what is its own and is told everything, so what
 * speakers send comes down any number of levels, and nothing comes up.
 */
import { MAX_RELAYS_PER_NODE, type IsCut, type Member, type RelayWorld } from './relay-world.js';
import { byEnds, planRelays } from './relays.js';
import type { Relay } from './topology.js';

export interface WebinarWorld extends Omit<RelayWorld, 'members'> {
  /** Nodes that speakers are on; at most so many that planRelays joins them in three hops. */
  readonly speakers: readonly Member[];
  /** Nodes with viewers alone. */
  readonly viewers: readonly Member[];
}

/** What stands stays: a viewers' node keeps the node above it while that is there, reached, and not draining. */
export function planWebinarRelays({ speakers, viewers, previous, roomOf, isCut }: WebinarWorld): readonly Relay[] {
  const speaking = new Set(speakers.map(({ node }) => node));
  const above = new Map(
    previous.filter(({ kind }) => kind === 'Leaf').map(({ dialer, listener }) => [dialer, listener]),
  );
  const core = planRelays({
    members: speakers,
    previous: previous.filter(({ dialer, listener }) => speaking.has(dialer) && speaking.has(listener)),
    roomOf,
    isCut,
  });
  const tree = new Tree(speakers, core, isCut);
  // Those that stay, from the top: whoever hangs on one that has not found its place yet waits for it.
  let waiting = viewers.filter(({ node }) => above.has(node));
  for (let placed = -1; placed !== 0;) {
    const before = waiting.length;
    waiting = waiting.filter((viewer) => !tree.attach(viewer, above.get(viewer.node)));
    placed = before - waiting.length;
  }
  const left = new Set([...waiting, ...viewers.filter(({ node }) => !above.has(node))]);
  // Those that are to go carry nothing, so they come last.
  for (const viewer of [...left].toSorted((a, b) => Number(a.draining) - Number(b.draining))) tree.attachBest(viewer);
  return [...core, ...tree.leaves].toSorted(byEnds);
}

interface Place {
  readonly member: Member;
  readonly depth: number;
  spare: number;
}

class Tree {
  readonly leaves: Relay[] = [];
  readonly #places = new Map<string, Place>();
  readonly #isCut: IsCut;

  constructor(roots: readonly Member[], core: readonly Relay[], isCut: IsCut) {
    this.#isCut = isCut;
    for (const member of roots) {
      const relays = core.filter(({ dialer, listener }) => dialer === member.node || listener === member.node).length;
      this.#places.set(member.node, { member, depth: 0, spare: MAX_RELAYS_PER_NODE - relays });
    }
  }

  /** @returns whether it could be. */
  attach(viewer: Member, to: string | undefined): boolean {
    const place = this.#places.get(to ?? '');
    if (place === undefined || !isOpen(place) || this.#isCut(viewer.node, place.member.node)) return false;
    this.#hang(viewer, place);
    return true;
  }

  /** As high as there is room, and there rather in its own region; below one that it does not reach where it reaches none. */
  attachBest(viewer: Member): void {
    let best: Place | undefined;
    for (const place of this.#places.values())
      if (isOpen(place) && (best === undefined || this.#isBetter(place, best, viewer))) best = place;
    if (best !== undefined) this.#hang(viewer, best);
  }

  #hang(viewer: Member, place: Place): void {
    place.spare -= 1;
    this.leaves.push({ dialer: viewer.node, listener: place.member.node, kind: 'Leaf' });
    this.#places.set(viewer.node, { member: viewer, depth: place.depth + 1, spare: MAX_RELAYS_PER_NODE - 1 });
  }

  #isBetter(a: Place, b: Place, { node, region }: Member): boolean {
    const [aIsCut, bIsCut] = [this.#isCut(node, a.member.node), this.#isCut(node, b.member.node)];
    if (aIsCut !== bIsCut) return bIsCut;
    if (a.depth !== b.depth) return a.depth < b.depth;
    return a.member.region === region && b.member.region !== region;
  }
}

function isOpen({ member, depth, spare }: Place): boolean {
  return spare > 0 && !(member.draining && depth > 0);
}
