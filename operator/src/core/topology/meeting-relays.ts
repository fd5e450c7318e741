/** A meeting's relays, by who may send on its nodes. */
import type { RelayWorld } from './relay-world.js';
import { planRelays } from './relays.js';
import type { Placement, Relay } from './topology.js';
import { planWebinarRelays } from './webinar-relays.js';

export interface MeetingRelayWorld extends Omit<RelayWorld, 'members'> {
  readonly placements: readonly Placement[];
}

export function planMeetingRelays({ placements, ...world }: MeetingRelayWorld): readonly Relay[] {
  const { viewers = [], speakers = [] } = Object.groupBy(placements, ({ viewersOnly }) =>
    viewersOnly ? 'viewers' : 'speakers',
  );
  return viewers.length === 0
    ? planRelays({ ...world, members: speakers })
    : planWebinarRelays({ ...world, speakers, viewers });
}
