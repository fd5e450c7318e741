/** What a meeting's topology should be now: who keeps a placement, who replaces a lost node, what each pool still owes. */
import type { MeetingId } from '@parley/crds/meeting-id.js';
import type { MeetingSpec } from '@parley/crds/meeting.js';
import type { PlacementReason, RefusalReason, TopologyReason } from '@parley/crds/reasons.js';
import type { PlacementNode } from '../placement/candidate.js';
import { chooseNode } from '../placement/choose-node.js';
import { refusalOf } from '../placement/place-participants.js';
import { planRelays } from '../topology/relays.js';
import { hasSameContent, type MeetingTopology, type Placement, type TopologyContent } from '../topology/topology.js';
import { settingsOf, type MeetingIdentity, type Passcode } from './settings.js';

export interface MeetingWorld {
  readonly meetingId: MeetingId;
  readonly identity: MeetingIdentity;
  readonly spec: MeetingSpec;
  readonly passcode: Passcode;
  /** Decided before, or recovered; undefined for a new meeting. */
  readonly previous: MeetingTopology | undefined;
  /** Of the meeting's namespace; a node that isn't among them has no pod any more. */
  readonly nodes: readonly PlacementNode[];
  /** Names of the namespace's pools. */
  readonly pools: ReadonlySet<string>;
  /** People of this meeting, by node. */
  readonly participants: ReadonlyMap<string, number>;
  readonly term: number;
}

export type MeetingAction =
  | { readonly type: 'AddPlacement'; readonly node: string; readonly reason: PlacementReason }
  | { readonly type: 'RemovePlacement'; readonly node: string; readonly reason: 'ReplacedLostNode' | 'EndedByHost' }
  | { readonly type: 'EndMeeting'; readonly reason: 'EndedByHost' };

export interface MeetingPlan {
  readonly topology: MeetingTopology;
  /** Whether nodes and signaling must hear of it. */
  readonly changed: boolean;
  readonly actions: readonly MeetingAction[];
  readonly verdict: PlacedVerdict;
}

/** The `Placed` condition, without its words. */
export interface PlacedVerdict {
  readonly placed: boolean;
  readonly reason: TopologyReason | RefusalReason;
  /** Pools that owe a node, and why. */
  readonly owing: readonly { readonly pool: string; readonly reason: RefusalReason }[];
}

export function planMeeting(world: MeetingWorld): MeetingPlan {
  if (world.spec.ended || world.previous?.state === 'Ended') return planEnd(world);
  const settings = settingsOf(world);
  if (settings === undefined) return finish(world, pendingContent(world), [], refused('PasscodeSecretMissing'));
  const draft = startDraft(world);
  keepPlacements(draft);
  const owing = world.spec.pools.length === 0 ? ensureOneNode(draft) : ensurePools(draft);
  const placements = [...draft.placements.values()];
  const content: TopologyContent = {
    state: placements.length > 0 ? 'Placed' : 'Pending',
    endReason: undefined,
    settings,
    placements,
    relays: planRelays(placements, world.previous?.relays ?? []),
  };
  return finish(world, content, draft.actions, verdictOf(placements.length, owing));
}

function planEnd(world: MeetingWorld): MeetingPlan {
  const { previous } = world;
  const content: TopologyContent = {
    state: 'Ended',
    endReason: previous?.endReason ?? 'EndedByHost',
    settings: settingsOf(world) ?? previous?.settings ?? pendingContent(world).settings,
    placements: [],
    relays: [],
  };
  const verdict: PlacedVerdict = { placed: false, reason: 'EndedByHost', owing: [] };
  if (previous?.state === 'Ended') return finish(world, content, [], verdict);
  const removals = (previous?.placements ?? []).map(({ node }): MeetingAction => ({
    type: 'RemovePlacement',
    node,
    reason: 'EndedByHost',
  }));
  return finish(world, content, [{ type: 'EndMeeting', reason: 'EndedByHost' }, ...removals], verdict);
}

function pendingContent(world: MeetingWorld): TopologyContent {
  const { identity, spec } = world;
  const settings = {
    ...identity,
    title: spec.title ?? identity.name,
    passcodeHash: '',
    maxParticipants: spec.maxParticipants,
  };
  return { state: 'Pending', endReason: undefined, settings, placements: [], relays: [] };
}

function finish(
  world: MeetingWorld,
  content: TopologyContent,
  actions: readonly MeetingAction[],
  verdict: PlacedVerdict,
): MeetingPlan {
  const { previous, term, meetingId } = world;
  if (previous !== undefined && hasSameContent(previous, content)) {
    const changed = previous.term !== term;
    return { topology: changed ? { ...previous, term } : previous, changed, actions, verdict };
  }
  const topology = { ...content, meetingId, term, epoch: (previous?.epoch ?? 0) + 1 };
  return { topology, changed: true, actions, verdict };
}

interface Draft {
  readonly world: MeetingWorld;
  readonly nodes: ReadonlyMap<string, PlacementNode>;
  readonly placements: Map<string, Placement>;
  /** Nodes that the meeting is on, or will be. */
  readonly taken: Set<string>;
  readonly actions: MeetingAction[];
}

function startDraft(world: MeetingWorld): Draft {
  const wanted = new Set(world.spec.pools.map(({ name }) => name));
  const usable = world.nodes.filter(({ pool }) => wanted.size === 0 || wanted.has(pool));
  const nodes = new Map(usable.map((node) => [node.name, node]));
  return { world, nodes, placements: new Map(), taken: new Set(), actions: [] };
}

/**
 * A lost node, or an empty one that is to go, is replaced at once where another has room. Where none has, it stays: it may only be
 * unreachable from here, and its people may well hear each other.
 */
function keepPlacements(draft: Draft): void {
  const previous = draft.world.previous?.placements ?? [];
  const leaving = new Set(previous.filter((placement) => mustLeave(draft, placement)));
  for (const placement of previous) if (!leaving.has(placement)) draft.taken.add(placement.node);
  // In the old order, so that planning again finds the same.
  for (const placement of previous) {
    const added = leaving.has(placement) ? replacementOf(draft, placement) : undefined;
    if (added !== undefined) {
      draft.actions.push({ type: 'RemovePlacement', node: placement.node, reason: 'ReplacedLostNode' });
      add(draft, added, 'ReplacedLostNode');
    } else if (!leaving.has(placement) || draft.nodes.has(placement.node)) keep(draft, placement);
    else draft.actions.push({ type: 'RemovePlacement', node: placement.node, reason: 'ReplacedLostNode' });
  }
}

function mustLeave(draft: Draft, { node: name }: Placement): boolean {
  const node = draft.nodes.get(name);
  if (node === undefined || node.state === 'Lost') return true;
  return node.state === 'Closing' && (draft.world.participants.get(name) ?? 0) === 0;
}

function replacementOf(draft: Draft, lost: Placement): PlacementNode | undefined {
  const near = draft.world.spec.pools.length > 0 ? samePool(lost.pool) : sameRegion(lost.region);
  const people = Math.max(1, draft.world.participants.get(lost.node) ?? 0);
  const found = choose(draft, near, people) ?? choose(draft, near, 1);
  return found ?? (draft.world.spec.pools.length > 0 ? undefined : choose(draft, () => true, 1));
}

function ensureOneNode(draft: Draft): PlacedVerdict['owing'] {
  if (draft.placements.size > 0) return [];
  const node = choose(draft, () => true, 1);
  if (node === undefined) return [{ pool: '', reason: refusalOf([...draft.nodes.values()]) }];
  add(draft, node, 'FirstNode');
  return [];
}

function ensurePools(draft: Draft): PlacedVerdict['owing'] {
  const served = new Set([...draft.placements.values()].map(({ pool }) => pool));
  const owing: { pool: string; reason: RefusalReason }[] = [];
  for (const { name: pool } of draft.world.spec.pools) {
    if (served.has(pool)) continue;
    const node = choose(draft, samePool(pool), 1);
    if (node === undefined) owing.push({ pool, reason: owingReason(draft, pool) });
    else add(draft, node, 'RequestedPool');
  }
  return owing;
}

function owingReason(draft: Draft, pool: string): RefusalReason {
  if (!draft.world.pools.has(pool)) return 'PoolNotFound';
  return refusalOf([...draft.nodes.values()].filter(samePool(pool)));
}

function choose(
  draft: Draft,
  matches: (node: PlacementNode) => boolean,
  participants: number,
): PlacementNode | undefined {
  const { spec } = draft.world;
  const open = [...draft.nodes.values()].filter((node) => !draft.taken.has(node.name) && matches(node));
  const expected = Math.ceil(spec.expectedParticipants / Math.max(1, spec.pools.length));
  return chooseNode(open, { participants, expected: Math.max(expected, participants) });
}

function add(draft: Draft, node: PlacementNode, reason: PlacementReason): void {
  draft.taken.add(node.name);
  draft.placements.set(node.name, placementOn(node, draft.world.spec));
  draft.actions.push({ type: 'AddPlacement', node: node.name, reason });
}

/** With the node's addresses and limits as they are now; as they were when it is not known. */
function keep(draft: Draft, placement: Placement): void {
  const node = draft.nodes.get(placement.node);
  const current = node === undefined || node.grpcAddress === '' ? placement : placementOn(node, draft.world.spec);
  draft.taken.add(placement.node);
  draft.placements.set(placement.node, current);
}

export function placementOn(node: PlacementNode, spec: Pick<MeetingSpec, 'maxParticipants'>): Placement {
  return {
    node: node.name,
    pool: node.pool,
    region: node.region,
    participantLimit: Math.min(spec.maxParticipants, node.capacity.participants),
    grpcAddress: node.grpcAddress,
    announcedAddresses: node.announcedAddresses,
  };
}

function verdictOf(placements: number, owing: PlacedVerdict['owing']): PlacedVerdict {
  const [first] = owing;
  if (first === undefined) return { placed: true, reason: 'Placed', owing };
  return { placed: false, reason: placements > 0 ? 'PartlyPlaced' : first.reason, owing };
}

function refused(reason: RefusalReason): PlacedVerdict {
  return { placed: false, reason, owing: [] };
}

const samePool =
  (pool: string) =>
  (node: PlacementNode): boolean =>
    node.pool === pool;
const sameRegion =
  (region: string) =>
  (node: PlacementNode): boolean =>
    node.region === region;
