/**
 * Which TURN servers a pool makes, replaces and removes. A server that goes is deleted at once: its pod's hook keeps coturn serving until
 * its clients have left, at most for the grace period (law 2), and that holds whoever leads. They leave because it is given to nobody any
 * more, and they are told (signaling/src/turn/ice-servers.ts).
 */
import type { PoolActionReason, TurnActionReason } from '@parley/crds/reasons.js';
import type { ObservedServer, TurnWorld } from './world.js';

export type TurnAction =
  | { readonly type: 'CreateServer'; readonly server: string; readonly reason: TurnActionReason }
  /** Writes the Secret that its pod waits for. */
  | { readonly type: 'Configure'; readonly server: string; readonly reason: TurnActionReason }
  | { readonly type: 'IssueCertificate'; readonly server: string; readonly reason: PoolActionReason }
  | { readonly type: 'DeleteServer'; readonly server: string; readonly uid: string; readonly reason: TurnActionReason };

export interface TurnPlan {
  /** In the order in which they are to be done. */
  readonly actions: readonly TurnAction[];
  readonly requeueAfterMs: number | undefined;
}

/** A failed pod is replaced after so long: one that fails at once must not be made over and over. */
export const FAILED_SERVER_AGE_MS = 10_000;

export function planTurn(world: TurnWorld): TurnPlan {
  const live = world.servers.filter(({ phase }) => phase !== 'Draining' && phase !== 'Failed');
  const retiring = selectRetiring(world, live);
  const staying = live.filter((server) => server !== retiring);
  const failed = world.servers.filter(({ phase }) => phase === 'Failed');
  const settling = failed.filter(({ createdAtMs }) => world.nowMs - createdAtMs < FAILED_SERVER_AGE_MS);
  const missing = world.revision === undefined ? 0 : world.desired - staying.length - settling.length;
  const surplus = staying.toSorted(byDispensability(world)).slice(0, Math.max(0, staying.length - world.desired));
  const neverUp = staying.filter((server) => isOutdated(world, server) && !isUp(server) && !surplus.includes(server));
  const actions = [
    ...failed.filter((server) => !settling.includes(server)).map((server) => deletion(server, 'TurnFailed')),
    ...prepare(live),
    ...freeNames(world, missing).map((server): TurnAction => ({
      type: 'CreateServer',
      server,
      reason: 'TurnBelowDesired',
    })),
    ...surplus.map((server) => deletion(server, 'TurnAboveDesired')),
    // At once: a bad configuration must be mendable.
    ...neverUp.map((server) => deletion(server, 'TurnOutdated')),
    ...(retiring !== undefined && isReplaced(world, retiring, staying) ? [deletion(retiring, 'TurnOutdated')] : []),
  ];
  const waits = settling.map(({ createdAtMs }) => createdAtMs + FAILED_SERVER_AGE_MS - world.nowMs);
  return { actions, requeueAfterMs: waits.length === 0 ? undefined : Math.max(1, Math.min(...waits)) };
}

function deletion({ name, uid }: ObservedServer, reason: TurnActionReason): TurnAction {
  return { type: 'DeleteServer', server: name, uid, reason };
}

/** Its pod starts when both Secrets are there. */
function prepare(live: readonly ObservedServer[]): readonly TurnAction[] {
  return live.flatMap(({ name: server, isConfigured, certificate }): TurnAction[] => [
    ...(isConfigured ? [] : [{ type: 'Configure', server, reason: 'TurnUnconfigured' } as const]),
    ...(certificate === 'Current' ? [] : [{ type: 'IssueCertificate', server, reason: certificate } as const]),
  ]);
}

/** The one that is being replaced: of those that are up and outdated, the one that the fewest would miss. */
function selectRetiring(world: TurnWorld, live: readonly ObservedServer[]): ObservedServer | undefined {
  if (world.revision === undefined || live.length > world.desired + 1) return undefined;
  const outdated = live.filter((server) => isOutdated(world, server) && isUp(server));
  return outdated.toSorted(byDispensability(world))[0];
}

/** Another is up in its place. Where every host is taken that one can't be scheduled before it goes: then there must be others. */
function isReplaced(world: TurnWorld, retiring: ObservedServer, staying: readonly ObservedServer[]): boolean {
  if (staying.length < world.desired) return false;
  const waitsForHost = retiring.allocations === 0 || world.desired > 1;
  return staying.every(({ phase }) => phase === 'Ready' || (phase === 'Pending' && waitsForHost));
}

/** Without a revision nothing can be made, so nothing is outdated. */
function isOutdated(world: TurnWorld, { revision }: ObservedServer): boolean {
  return world.revision !== undefined && revision !== world.revision;
}

function isUp({ phase }: ObservedServer): boolean {
  return phase === 'Ready' || phase === 'Unreachable';
}

/** Nobody would miss the first: not up, then outdated, then with the fewest allocations, then the last made. */
function byDispensability(world: TurnWorld): (a: ObservedServer, b: ObservedServer) => number {
  const rank = (server: ObservedServer): readonly number[] => [
    Number(isUp(server)),
    Number(!isOutdated(world, server)),
    server.allocations,
    -server.createdAtMs,
  ];
  return (a, b) => {
    const ranks = rank(b);
    const difference = rank(a)
      .map((value, index) => value - (ranks[index] ?? 0))
      .find((value) => value !== 0);
    return difference ?? (a.name < b.name ? 1 : -1);
  };
}

/** Nodes' names end in a number: these can't be taken by one, of whatever pool. */
function freeNames(world: TurnWorld, count: number): readonly string[] {
  const taken = new Set(world.servers.map(({ name }) => name));
  const names: string[] = [];
  for (let ordinal = 0; names.length < count; ordinal += 1) {
    const name = `${world.pool}-${String(ordinal)}-turn`;
    if (!taken.has(name)) names.push(name);
  }
  return names;
}
