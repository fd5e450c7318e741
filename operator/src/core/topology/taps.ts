/**
 * Which node each recorder of a meeting gets it from. A tap stays where it is while that node serves: every move is a chance to lose
 * something. It leaves a node that is lost, is to go or carries too much, for the one with most of the meeting's people, as what they send
 * crosses no relay then.
 */
import type { TapReason } from '@parley/crds/reasons.js';
import type { Placement, Tap } from './topology.js';

/** Law 6: a node sends each recorder all that is sent in the meeting. */
export const MAX_TAPS = 4;

export interface TapWorld {
  /** Names of the pods that record the meeting now; undefined: nobody knows yet, so what there was stays. */
  readonly recorders: readonly string[] | undefined;
  readonly placements: readonly Placement[];
  readonly previous: readonly Tap[];
  readonly isLost: (node: string) => boolean;
  readonly peopleOn: (node: string) => number;
}

export type TapAction =
  | { readonly type: 'PlaceTap'; readonly recorder: string; readonly node: string; readonly reason: TapReason }
  | { readonly type: 'RemoveTap'; readonly recorder: string; readonly reason: TapReason };

export interface TapPlan {
  readonly taps: readonly Tap[];
  readonly actions: readonly TapAction[];
}

export function planTaps(world: TapWorld): TapPlan {
  const { previous, placements } = world;
  const wanted = world.recorders ?? previous.map(({ recorder }) => recorder);
  // Those that are there come first: one more recorder takes the place of none.
  const known = new Map(previous.map((tap) => [tap.recorder, tap.node]));
  const recorders = [...new Set(wanted)].toSorted(
    (a, b) => Number(known.has(b)) - Number(known.has(a)) || (a < b ? -1 : 1),
  );
  const taps = placements.length === 0 ? [] : recorders.slice(0, MAX_TAPS).map((name) => tapOf(world, name));
  const sorted = taps.toSorted((a, b) => (a.recorder < b.recorder ? -1 : 1));
  return { taps: sorted, actions: actionsOf(world, sorted) };
}

function tapOf(world: TapWorld, recorder: string): Tap {
  const before = world.previous.find((tap) => tap.recorder === recorder);
  const there = world.placements.find(({ node }) => node === before?.node);
  if (there !== undefined && serves(world, there)) return { recorder, node: there.node };
  const best = chooseNode(world);
  // Where none serves, moving on gains nothing.
  return { recorder, node: there !== undefined && !serves(world, best) ? there.node : best.node };
}

/** Rather one that serves, on which people may speak, with most of the meeting's people; of equals the first. */
function chooseNode(world: TapWorld): Placement {
  const { placements, isLost, peopleOn } = world;
  const [best] = placements.toSorted(
    (a, b) =>
      Number(serves(world, b)) - Number(serves(world, a)) ||
      Number(isLost(a.node)) - Number(isLost(b.node)) ||
      Number(a.viewersOnly) - Number(b.viewersOnly) ||
      peopleOn(b.node) - peopleOn(a.node),
  );
  if (best === undefined) throw new RangeError('a tap needs a placement');
  return best;
}

function serves({ isLost }: TapWorld, { node, draining }: Placement): boolean {
  return !draining && !isLost(node);
}

function actionsOf({ previous, placements, isLost, recorders }: TapWorld, taps: readonly Tap[]): readonly TapAction[] {
  const gone = previous.flatMap(({ recorder }): TapAction[] => {
    if (taps.some((tap) => tap.recorder === recorder)) return [];
    return [
      { type: 'RemoveTap', recorder, reason: recorders?.includes(recorder) === false ? 'TapNotNeeded' : 'TapLostNode' },
    ];
  });
  const placed = taps.flatMap(({ recorder, node }): TapAction[] => {
    const before = previous.find((tap) => tap.recorder === recorder);
    if (before?.node === node) return [];
    const isThere = placements.some((placement) => placement.node === before?.node) && !isLost(before?.node ?? '');
    const reason = before === undefined ? 'RecorderCame' : isThere ? 'TapLeavesNode' : 'TapLostNode';
    return [{ type: 'PlaceTap', recorder, node, reason }];
  });
  return [...gone, ...placed];
}
