/**
 * What a meeting's topology should be now: who keeps a placement, who replaces a lost node or takes the people of one that is to go,
 * what each pool still owes.
 */
import type { MeetingId } from '@parley/crds/meeting-id.js';
import type { MeetingSpec } from '@parley/crds/meeting.js';
import type { PlacementReason, RefusalReason, TopologyReason } from '@parley/crds/reasons.js';
import type { Fleet, GroupFilter } from '../placement/fleet.js';
import { refusalOf } from '../placement/place-participants.js';
import type { Departure } from '../pool/world.js';
import type { Relief } from '../rebalance/plan.js';
import type { IsCut } from '../topology/relay-world.js';
import { planTaps, type TapAction } from '../topology/taps.js';
import { hasSameContent, type MeetingTopology, type Placement, type TopologyContent } from '../topology/topology.js';
import { add, choose, nodeOf, openToSpeakers, peopleOn, samePool, startDraft, type Draft } from './draft.js';
import { drainPlacements, leaveEmptied } from './drain.js';
import { joinNodes } from './join-nodes.js';
import { keepPlacements } from './lost.js';
import { relievePlacements } from './relieve.js';
import { settingsOf, type MeetingIdentity, type Passcode } from './settings.js';

export interface MeetingWorld {
  readonly meetingId: MeetingId;
  readonly identity: MeetingIdentity;
  readonly spec: MeetingSpec;
  readonly passcode: Passcode;
  /** Of a webinar. */
  readonly speakerPasscode: Passcode;
  readonly hostPasscode: Passcode;
  /** Decided before, or recovered; undefined for a new meeting. */
  readonly previous: MeetingTopology | undefined;
  /** Of the meeting's namespace; a node that isn't among them has no pod any more. */
  readonly nodes: Fleet;
  /** Names of the namespace's pools. */
  readonly pools: ReadonlySet<string>;
  /** People of this meeting, by node. */
  readonly participants: ReadonlyMap<string, number>;
  /** Nodes that it is to leave now, of those that are to go. */
  readonly departures: ReadonlyMap<string, Departure>;
  /** Nodes that carry too much, and how many of the meeting's people may stay on them. */
  readonly reliefs: ReadonlyMap<string, Pick<Relief, 'staying' | 'costScale'>>;
  /** Nodes of the namespace that don't reach each other, though the operator reaches both. */
  readonly isCut: IsCut;
  /** Names of the pods that record it now; undefined: not known yet. */
  readonly recorders: readonly string[] | undefined;
  readonly term: number;
}

export type MeetingAction =
  | { readonly type: 'AddPlacement'; readonly node: string; readonly reason: PlacementReason }
  | { readonly type: 'DrainPlacement'; readonly node: string; readonly reason: 'Draining' | 'Relieving' }
  | { readonly type: 'RemovePlacement'; readonly node: string; readonly reason: RemovalReason }
  | { readonly type: 'AvoidRelay'; readonly between: readonly [string, string]; readonly reason: 'RelayCut' }
  | TapAction
  | { readonly type: 'EndMeeting'; readonly reason: 'EndedByHost' };

export type RemovalReason =
  'ReplacedLostNode' | 'LeftLostNode' | 'Drained' | 'Relieved' | 'DrainDeadline' | 'EndedByHost';

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
  const waiting = drainPlacements(draft);
  leaveEmptied(draft);
  relievePlacements(draft);
  const owing = world.spec.pools.length === 0 ? ensureOneNode(draft) : ensurePools(draft);
  ensureSpeakersNode(draft);
  const { relays, isCutOff } = joinNodes(draft);
  const placements = [...draft.placements.values()];
  const { taps, actions } = planTaps({
    recorders: world.recorders,
    placements,
    previous: world.previous?.taps ?? [],
    isLost: (node) => nodeOf(draft, node)?.state === 'Lost',
    peopleOn: (node) => peopleOn(draft, node),
  });
  const content: TopologyContent = {
    state: placements.length > 0 ? 'Placed' : 'Pending',
    endReason: undefined,
    settings,
    placements,
    relays,
    taps,
  };
  return finish(
    world,
    content,
    [...draft.actions, ...actions],
    verdictOf({ placements: placements.length, owing, drainWaits: waiting.length > 0, isCutOff }),
  );
}

function planEnd(world: MeetingWorld): MeetingPlan {
  const { previous } = world;
  const content: TopologyContent = {
    state: 'Ended',
    endReason: previous?.endReason ?? 'EndedByHost',
    settings: settingsOf(world) ?? previous?.settings ?? pendingContent(world).settings,
    placements: [],
    relays: [],
    taps: [],
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
    webinar: spec.mode === 'Webinar',
    speakerPasscodeHash: '',
    hostPasscodeHash: '',
    maxParticipants: spec.maxParticipants,
    recordingAnnounced: false,
    recordable: false,
  };
  return { state: 'Pending', endReason: undefined, settings, placements: [], relays: [], taps: [] };
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

function ensureOneNode(draft: Draft): PlacedVerdict['owing'] {
  if (draft.placements.size > 0) return [];
  const node = choose(draft, () => true, 1);
  if (node === undefined) return [{ pool: '', reason: refuse(draft, () => true) }];
  add(draft, node, 'FirstNode');
  return [];
}

/** Where all of a webinar's speakers' nodes are gone and no other came in their place, one of the viewers' becomes one. */
function ensureSpeakersNode(draft: Draft): void {
  const placements = [...draft.placements.values()];
  const serves = ({ node }: Placement): boolean => nodeOf(draft, node)?.state === 'Serving';
  if (placements.some((placement) => !placement.viewersOnly && nodeOf(draft, placement.node)?.state !== 'Lost')) return;
  const heir = placements.find(serves);
  if (heir !== undefined) openToSpeakers(draft, heir.node);
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
  return refuse(draft, samePool(pool));
}

function refuse({ world, mayUse }: Draft, where: GroupFilter): RefusalReason {
  return refusalOf(world.nodes, (group) => mayUse(group) && where(group));
}

interface VerdictInput extends Pick<PlacedVerdict, 'owing'> {
  readonly placements: number;
  readonly drainWaits: boolean;
  readonly isCutOff: boolean;
}

function verdictOf({ placements, owing, drainWaits, isCutOff }: VerdictInput): PlacedVerdict {
  const [first] = owing;
  if (first === undefined)
    return { placed: true, reason: isCutOff ? 'NodesCutOff' : drainWaits ? 'DrainWaits' : 'Placed', owing };
  return { placed: false, reason: placements > 0 ? 'PartlyPlaced' : first.reason, owing };
}

function refused(reason: RefusalReason): PlacedVerdict {
  return { placed: false, reason, owing: [] };
}
