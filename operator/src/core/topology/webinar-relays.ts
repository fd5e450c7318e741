/**
 * Relays of a webinar, in which few speak and many only receive: the speakers' nodes as in any meeting, the viewers' nodes in trees of
 * bounded fan-out below them. By the announcing rules a leaf tells its hub only what is its own and is told everything, so what
 * speakers send comes down any number of levels, and nothing comes up.
 *
 * Nodes of viewers that are cut off from each other are not led around yet. No `Meeting` is planned with it yet, as nothing says who may only receive.
 */
import { MAX_RELAYS_PER_NODE, type Member, type RelayWorld } from './relay-world.js';
import { byEnds, planRelays } from './relays.js';
import type { Relay } from './topology.js';

export interface WebinarWorld extends Omit<RelayWorld, 'members'> {
  /** Nodes that speakers are on; at most so many that planRelays joins them in three hops. */
  readonly speakers: readonly Member[];
  /** Nodes with viewers alone. */
  readonly viewers: readonly Member[];
}

/** What stands stays: a viewers' node keeps the node above it while that is there, not draining, and not too deep. */
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
  const tree = new Tree(speakers, core);
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

  constructor(roots: readonly Member[], core: readonly Relay[]) {
    for (const member of roots) {
      const relays = core.filter(({ dialer, listener }) => dialer === member.node || listener === member.node).length;
      this.#places.set(member.node, { member, depth: 0, spare: MAX_RELAYS_PER_NODE - relays });
    }
  }

  attach(viewer: Member, to: string | undefined): boolean {
    const place = this.#places.get(to ?? '');
    if (place === undefined || place.spare <= 0 || (place.member.draining && place.depth > 0)) return false;
    place.spare -= 1;
    this.leaves.push({ dialer: viewer.node, listener: place.member.node, kind: 'Leaf' });
    this.#places.set(viewer.node, { member: viewer, depth: place.depth + 1, spare: MAX_RELAYS_PER_NODE - 1 });
    return true;
  }

  /** As high as there is room, and there rather in its own region. */
  attachBest(viewer: Member): void {
    let best: Place | undefined;
    for (const place of this.#places.values()) {
      if (place.spare <= 0 || (place.member.draining && place.depth > 0)) continue;
      if (best === undefined || isBetter(place, best, viewer.region)) best = place;
    }
    this.attach(viewer, best?.member.node);
  }
}

function isBetter(a: Place, b: Place, region: string): boolean {
  if (a.depth !== b.depth) return a.depth < b.depth;
  return a.member.region === region && b.member.region !== region;
}
