/** How many TURN servers a pool is to have: what its load needs now or needed lately, whichever is more. */
import type { TurnScaleReason } from '@parley/crds/reasons.js';
import type { TurnSpec } from '@parley/crds/sfu-pool.js';

export interface TurnLoad {
  readonly allocations: number;
  readonly bytesPerSecond: number;
}

export interface TurnRecommendation {
  readonly desired: number;
  readonly reason: TurnScaleReason;
}

/** What was needed, and when; the latest last. */
export type TurnNeeds = readonly { readonly servers: number; readonly atMs: number }[];

export interface TurnDemand {
  readonly recommendation: TurnRecommendation;
  /** For the next time. */
  readonly needs: TurnNeeds;
}

export interface RecommendTurnInput {
  readonly spec: Pick<TurnSpec, 'replicas' | 'scaling'>;
  readonly load: TurnLoad;
  readonly needs: TurnNeeds;
  /** Servers that there are, those that drain not counted: whoever has just begun to lead knows of no needs. */
  readonly current: number;
  readonly nowMs: number;
}

const BITS_OF_MEGABIT = 1_000_000;

export function recommendTurnServers(input: RecommendTurnInput): TurnDemand {
  const { spec, load, nowMs } = input;
  const { scaling } = spec;
  if (scaling === undefined)
    return { recommendation: { desired: spec.replicas ?? 1, reason: 'TurnReplicas' }, needs: [] };
  const byAllocations = Math.ceil(load.allocations / scaling.targetAllocations);
  const byBandwidth = Math.ceil((load.bytesPerSecond * 8) / (scaling.targetMegabitsPerSecond * BITS_OF_MEGABIT));
  const needed = Math.max(byAllocations, byBandwidth);
  const known = input.needs.length > 0 ? input.needs : [{ servers: input.current, atMs: nowMs }];
  const needs = remember(known, { servers: needed, atMs: nowMs }, scaling.stabilizationSeconds * 1_000);
  const lately = Math.max(...needs.map(({ servers }) => servers));
  return { recommendation: decide({ scaling, byAllocations, byBandwidth, lately }), needs };
}

interface Wishes {
  readonly scaling: NonNullable<TurnSpec['scaling']>;
  readonly byAllocations: number;
  readonly byBandwidth: number;
  readonly lately: number;
}

function decide({ scaling, byAllocations, byBandwidth, lately }: Wishes): TurnRecommendation {
  const needed = Math.max(byAllocations, byBandwidth);
  if (needed > scaling.max) return { desired: scaling.max, reason: 'TurnMaximum' };
  if (lately > needed && lately > scaling.min)
    return { desired: Math.min(lately, scaling.max), reason: 'TurnStabilizing' };
  if (needed <= scaling.min) return { desired: scaling.min, reason: 'TurnMinimum' };
  return { desired: needed, reason: byAllocations >= byBandwidth ? 'TurnAllocations' : 'TurnBandwidth' };
}

/** A need that a later one exceeds says nothing more: what is kept falls, and is short (law 6). */
function remember(needs: TurnNeeds, now: TurnNeeds[number], forMs: number): TurnNeeds {
  const kept = needs.filter(({ servers, atMs }) => servers > now.servers && now.atMs - atMs < forMs);
  return [...kept, now];
}
