import type { Condition, TurnConditionType } from '@parley/crds/conditions.js';
import { meaningOf, type PoolStateReason, type TurnStateReason } from '@parley/crds/reasons.js';
import type { SFUPoolStatus, TurnPhase, TurnStatus } from '@parley/crds/sfu-pool.js';
import type { NodeState } from '../pool/node-phase.js';
import { conditionsOf } from '../status/conditions.js';
import { isSameJson } from '../status/same-json.js';
import type { TurnRecommendation } from './recommend.js';

export interface ServerFacts {
  readonly name: string;
  readonly phase: TurnPhase;
  readonly state: NodeState;
  readonly host: string | undefined;
  readonly urls: readonly string[];
  readonly allocations: number;
  readonly bytesPerSecond: number;
}

export interface TurnStatusInput {
  readonly recommendation: TurnRecommendation;
  readonly servers: readonly ServerFacts[];
  /** Why servers can't be made, in words: the API server's, or what is wrong with the Secret. */
  readonly obstacle: { readonly reason: 'TurnPodRefused' | 'TurnSecretMissing'; readonly detail: string } | undefined;
  readonly previous: SFUPoolStatus | undefined;
  readonly generation: number;
  readonly nowMs: number;
}

/** What the TURN controller writes of a pool's status; the rest is the pool controller's. */
export interface WrittenTurn {
  readonly turn: TurnStatus;
  readonly conditions: Condition<TurnConditionType>[];
}

/** Law 6: a status holds so many characters of another's message. */
const MAX_MESSAGE = 512;
const BITS_OF_MEGABIT = 1_000_000;

/** Of a server whose pod is in this state: one that is on its way out drains. */
export function turnPhaseOf({ phase }: NodeState): TurnPhase {
  switch (phase) {
    case 'Pending':
    case 'Starting':
    case 'Unreachable':
    case 'Failed':
      return phase;
    case 'Ending':
      return 'Draining';
    default:
      return 'Ready';
  }
}

export function statusOfTurn(input: TurnStatusInput): WrittenTurn {
  const { recommendation, servers } = input;
  const turn: TurnStatus = {
    ...recommendation,
    ready: servers.filter(({ phase }) => phase === 'Ready').length,
    allocations: servers.reduce((sum, { allocations }) => sum + allocations, 0),
    servers: servers
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, phase, state, host, urls, allocations, bytesPerSecond }) => ({
        name,
        phase,
        ...reasonOf(state),
        ...(host !== undefined && { host }),
        ...(urls.length > 0 && { urls: [...urls] }),
        allocations,
        megabitsPerSecond: Math.round((bytesPerSecond * 8) / BITS_OF_MEGABIT),
      })),
  };
  const conditions = conditionsOf<TurnConditionType>({
    previous: input.previous?.conditions ?? [],
    updates: [{ type: 'TurnReady', ...verdictOf(input, turn) }],
    observedGeneration: input.generation,
    nowMs: input.nowMs,
  });
  return { turn, conditions };
}

/** Whether anything but the load differs: that is written at once. */
export function isTurnNews(previous: WrittenTurn, next: WrittenTurn): boolean {
  return !isSameJson(withoutLoad(previous), withoutLoad(next));
}

function withoutLoad({ turn, conditions }: WrittenTurn): WrittenTurn {
  const servers = (turn.servers ?? []).map((server) => ({ ...server, allocations: 0, megabitsPerSecond: 0 }));
  return { turn: { ...turn, allocations: 0, servers }, conditions };
}

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: TurnStateReason;
  readonly message: string;
}

function verdictOf(input: TurnStatusInput, { desired, ready }: TurnStatus): Verdict {
  const tally = `${String(ready)} of ${String(desired)} TURN servers are ready.`;
  const saying = (status: Verdict['status'], reason: TurnStateReason, detail = ''): Verdict => ({
    status,
    reason,
    message: [tally, meaningOf(reason), detail]
      .filter((part) => part !== '')
      .join(' ')
      .slice(0, MAX_MESSAGE),
  });
  if (input.obstacle?.reason === 'TurnSecretMissing' || (input.obstacle !== undefined && ready < desired))
    return saying('False', input.obstacle.reason, input.obstacle.detail);
  if (ready >= desired) return { ...saying('True', 'TurnServersReady'), message: tally };
  for (const [reason, own] of Object.entries(TURN_REASONS)) {
    const server = input.servers.find(({ state }) => state.reason === reason);
    if (server !== undefined) return saying('False', own, `${server.name}: ${server.state.message}`);
  }
  return saying('False', 'TurnServersStarting');
}

function reasonOf({ reason }: NodeState): { readonly reason?: TurnStateReason } {
  const own = reason === undefined ? undefined : TURN_REASONS[reason];
  return own === undefined ? {} : { reason: own };
}

/** What stands in the way of a pod, in the words for TURN servers, and in the order in which a person would have to mend it. */
const TURN_REASONS: Readonly<Partial<Record<PoolStateReason, TurnStateReason>>> = {
  ImageUnavailable: 'TurnImageUnavailable',
  NodesUnschedulable: 'TurnServersUnschedulable',
  NodesCrashing: 'TurnServersCrashing',
  HostAddressMissing: 'TurnAddressMissing',
  NodesUnreachable: 'TurnServersUnreachable',
};
