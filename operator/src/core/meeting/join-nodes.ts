/**
 * A meeting's relays. Where two of its nodes can't reach each other, they lead over a third; over one that is added, where none that the
 * meeting has leads from one to the other.
 */
import { roomOfNamed, type PlacementNode } from '../placement/candidate.js';
import { MAX_MEETING_NODES } from '../placement/place-participants.js';
import { planMeetingRelays } from '../topology/meeting-relays.js';
import { isCutRelay } from '../topology/relays.js';
import type { Placement, Relay } from '../topology/topology.js';
import { add, choose, near, type Draft } from './draft.js';

export interface JoinedNodes {
  readonly relays: readonly Relay[];
  /** Some of its people can't see others. */
  readonly isCutOff: boolean;
}

export function joinNodes(draft: Draft): JoinedNodes {
  const [cut] = cutRelays(draft, relaysOf(draft));
  const bridge = cut === undefined || draft.placements.size >= MAX_MEETING_NODES ? undefined : bridgeOver(draft, cut);
  if (bridge !== undefined) add(draft, bridge, 'BridgesCutNodes');
  const relays = relaysOf(draft);
  noteAvoided(draft, relays);
  return { relays, isCutOff: cutRelays(draft, relays).length > 0 };
}

function relaysOf({ world, placements }: Draft): readonly Relay[] {
  return planMeetingRelays({
    placements: [...placements.values()].map((placement) => relied(world, placement)),
    previous: world.previous?.relays ?? [],
    roomOf: (name) => roomOfNamed(world.nodes, name),
    isCut: world.isCut,
  });
}

/** Where the meeting stays on a lost node, nothing else hangs on that one: others' media must not wait until it is back. */
function relied({ nodes }: Draft['world'], placement: Placement): Placement {
  return nodes.get(placement.node)?.state === 'Lost' ? { ...placement, draining: true } : placement;
}

function cutRelays({ world }: Draft, relays: readonly Relay[]): readonly Relay[] {
  return relays.filter((relay) => isCutRelay(world, relay));
}

/** Near one of the two, if possible. */
function bridgeOver(draft: Draft, { dialer, listener }: Relay): PlacementNode | undefined {
  const { isCut } = draft.world;
  const isOut = (name: string): boolean => isCut(name, dialer) || isCut(name, listener);
  for (const end of [dialer, listener]) {
    const placement = draft.placements.get(end);
    const found = placement && choose(draft, near(draft, placement), 1, isOut);
    if (found !== undefined) return found;
  }
  return choose(draft, () => true, 1, isOut);
}

function noteAvoided({ world, placements, actions }: Draft, relays: readonly Relay[]): void {
  for (const relay of world.previous?.relays ?? []) {
    const { dialer, listener } = relay;
    const isGone = !relays.some((other) => other.dialer === dialer && other.listener === listener);
    if (isGone && isCutRelay(world, relay) && placements.has(dialer) && placements.has(listener))
      actions.push({ type: 'AvoidRelay', between: [dialer, listener], reason: 'RelayCut' });
  }
}
