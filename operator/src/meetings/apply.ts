/** Tells nodes a meeting's topology: those it is on, and those it was on. */
import { RpcError } from '@parley/proto/rpc-error.js';
import type { Logger } from 'pino';
import { selectNodesToTell, type NodeHolding } from '../core/topology/nodes-to-tell.js';
import type { MeetingTopology } from '../core/topology/topology.js';
import type { OperatorMetrics } from '../metrics/operator-metrics.js';
import type { NodeDirectory } from '../nodes/node-directory.js';
import { topologyFingerprint } from '../publish/topology-fingerprint.js';
import { topologyMessage } from '../publish/topology-message.js';
import { nodeKey, nodeNameOf, type MeetingRecord, type MeetingStore } from './meeting-store.js';

export interface ApplyOutcome {
  /** Nodes of the meeting, by name, that do not have its topology yet. */
  readonly unreachable: readonly string[];
  /** Nodes, by key, that could not be told that it is over for them, and will be tried again. */
  readonly untold: readonly string[];
}

export interface ApplyDeps {
  readonly store: MeetingStore;
  readonly directory: NodeDirectory;
  readonly metrics: OperatorMetrics;
}

export interface ApplyOptions {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Nodes, by key, that the caller waits for; the others are told at the same time. Undefined: all. */
  readonly awaited?: ReadonlySet<string>;
}

/** Idempotent: a node that has this very topology is left alone. */
export async function applyTopology(
  deps: ApplyDeps,
  record: MeetingRecord,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const { directory } = deps;
  const { topology, namespace } = record;
  const members = new Set(topology.placements.map(({ node }) => nodeKey(namespace, node)));
  const former = new Set([...directory.holders(record.meetingId), ...record.applied.keys()]);
  const waiting = (): readonly string[] => [...members].filter((node) => directory.contact(node) !== 'Live');
  const fingerprint = topologyFingerprint(topology);
  // One that is lost is told when it comes back.
  const live = [...new Set([...members, ...former])].filter((node) => directory.contact(node) === 'Live');
  const targets = selectNodesToTell(
    { term: topology.term, epoch: topology.epoch, fingerprint },
    live.map((node) => holdingOf(deps, record, { node, isMember: members.has(node) })),
  );
  if (targets.length === 0) return { unreachable: waiting().map(nodeNameOf).toSorted(), untold: [] };
  const message = { topology: topologyMessage(topology), fingerprint };

  const tell = async (node: string): Promise<string | undefined> => {
    const stopTimer = deps.metrics.applySeconds.startTimer();
    try {
      const instanceId = await directory.apply(node, message, options.signal);
      deps.metrics.applies.inc({ outcome: 'Applied' });
      noteApplied(deps, topology, { node, instanceId, isMember: members.has(node) });
      return undefined;
    } catch (thrown) {
      const error = RpcError.from(thrown);
      const isSuperseded = deps.store.get(topology.meetingId)?.topology.epoch !== topology.epoch;
      deps.metrics.applies.inc({ outcome: isSuperseded ? 'Superseded' : error.code });
      if (isSuperseded) return undefined;
      options.log.warn({ err: error, node, epoch: topology.epoch }, 'a node could not be told a topology');
      return node;
    } finally {
      stopTimer();
    }
  };
  const telling = targets.map((node) => ({ node, told: tell(node) }));
  const awaited = telling.filter(({ node }) => options.awaited?.has(node) !== false);
  const failed = (await Promise.all(awaited.map(({ told }) => told))).filter((node) => node !== undefined);
  return {
    unreachable: [...new Set([...failed.filter((node) => members.has(node)), ...waiting()])].map(nodeNameOf).toSorted(),
    untold: failed.filter((node) => !members.has(node)),
  };
}

function holdingOf(
  { directory }: ApplyDeps,
  { meetingId, applied }: MeetingRecord,
  { node, isMember }: Pick<NodeHolding, 'node' | 'isMember'>,
): NodeHolding {
  const told = applied.get(node);
  const isOfThisProcess = told !== undefined && told.instanceId === directory.report(node)?.instanceId;
  return {
    node,
    isMember,
    told: isOfThisProcess ? told : undefined,
    reported: directory.meetingReport(node, meetingId),
  };
}

function noteApplied(
  { store }: ApplyDeps,
  { meetingId, term, epoch }: MeetingTopology,
  told: { readonly node: string; readonly instanceId: string; readonly isMember: boolean },
): void {
  store.update(meetingId, (record) => {
    const applied = new Map(record.applied);
    const before = applied.get(told.node);
    if (before !== undefined && before.instanceId === told.instanceId && before.epoch > epoch) return record;
    if (told.isMember) applied.set(told.node, { instanceId: told.instanceId, term, epoch });
    else applied.delete(told.node);
    return { ...record, applied };
  });
}
