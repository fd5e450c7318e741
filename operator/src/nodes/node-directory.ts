/** Dials every node's load stream, and knows in memory what each reports. A node is lost when its stream says nothing for 1.5 s. */
import type { LoadReport } from '@parley/proto/gen/parley/v1/node_pb.js';
import type { Topology } from '@parley/proto/gen/parley/v1/topology_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { RpcCredentials } from '@parley/proto/tls.js';
import type { Logger } from 'pino';
import type { Load } from '../core/load/load.js';
import type { Clock } from '../kube/clock.js';
import { createDialTurns } from './dial-turns.js';
import { createNodeLink, type NodeLink } from './node-link.js';

/** Of a meeting on one node. */
export interface MeetingReport {
  readonly term: number;
  readonly epoch: number;
  readonly participants: number;
  /** Of the topology that the node holds, as its leader gave it; empty from an older node. */
  readonly fingerprint: string;
  /** Nodes, by name, that it has a relay to and does not reach. */
  readonly unreachable: readonly string[];
}

export interface ToldTopology {
  readonly topology: Topology;
  readonly fingerprint: string;
}

export interface NodeReport {
  /** Changes when the node's process starts anew: what was applied before is gone. */
  readonly instanceId: string;
  readonly load: Load;
  /** Of the busiest worker, 0 to 1. */
  readonly workerCpu: number;
}

export type NodeEvent =
  /** First report of a process of the node. */
  | { readonly kind: 'Connected'; readonly node: string }
  | { readonly kind: 'Lost'; readonly node: string }
  /** Its load, with each report. */
  | { readonly kind: 'LoadReported'; readonly node: string }
  | {
      readonly kind: 'MeetingReported';
      readonly node: string;
      readonly meetingId: string;
      readonly before: number;
      readonly participants: number;
      /** Nodes, by name, that it no longer reaches, and those that it reaches again over the same relay. */
      readonly lost: readonly string[];
      readonly found: readonly string[];
    };

export interface NodeDirectory {
  /** The gRPC address of a node, by its key (`namespace/name`); undefined: it is no more, and forgotten. */
  setNode(node: string, address: string | undefined): void;
  /** Keys of all nodes. */
  nodes(): Iterable<string>;
  /** Connecting: dialled, and neither heard nor given up. Lost also stands for a node that isn't known. */
  contact(node: string): 'Connecting' | 'Live' | 'Lost';
  /** Undefined before the first report. */
  report(node: string): NodeReport | undefined;
  meetingReport(node: string, meetingId: string): MeetingReport | undefined;
  /** The nodes that report this meeting. */
  holders(meetingId: string): readonly string[];
  meetingIds(): Iterable<string>;
  /** Meetings that the node reports. */
  meetingsOn(node: string): Iterable<string>;
  /**
   * Applies a topology.
   * @returns the instance that has it now.
   * @throws RpcError
   */
  apply(node: string, told: ToldTopology, signal: AbortSignal): Promise<string>;
  /** How many nodes have neither reported nor been given up. */
  connecting(): number;
  subscribe(listener: (event: NodeEvent) => void): () => void;
  close(): Promise<void>;
}

export interface NodeDirectoryDeps {
  readonly credentials: RpcCredentials;
  /** Of this leadership. */
  readonly term: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

interface NodeEntry {
  readonly link: NodeLink;
  readonly address: string;
  contact: 'Connecting' | 'Live' | 'Lost';
  /** Aborts when it is lost: nothing waits for what it does not answer. */
  lost: AbortController;
  report: NodeReport | undefined;
  readonly meetings: Map<string, MeetingReport>;
}

const APPLY_DEADLINE_MS = 5_000;
const DIALLED_AT_ONCE = 32;
const DIAL_TURN_MS = 500;

export function createNodeDirectory(deps: NodeDirectoryDeps): NodeDirectory {
  const entries = new Map<string, NodeEntry>();
  const holders = new Map<string, Set<string>>();
  const listeners = new Set<(event: NodeEvent) => void>();
  const closing = new Set<Promise<void>>();
  const turns = createDialTurns({ atOnce: DIALLED_AT_ONCE, turnMs: DIAL_TURN_MS, clock: deps.clock });

  const emit = (event: NodeEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const setMeeting = (
    node: string,
    entry: NodeEntry,
    change: { id: string; report: MeetingReport | undefined },
  ): void => {
    const before = entry.meetings.get(change.id);
    if (change.report === undefined) {
      entry.meetings.delete(change.id);
      const others = holders.get(change.id);
      others?.delete(node);
      if (others?.size === 0) holders.delete(change.id);
    } else {
      entry.meetings.set(change.id, change.report);
      holders.set(change.id, (holders.get(change.id) ?? new Set()).add(node));
    }
    emit({
      kind: 'MeetingReported',
      node,
      meetingId: change.id,
      before: before?.participants ?? 0,
      participants: change.report?.participants ?? 0,
      ...reachChanges(before, change.report),
    });
  };
  const forgetMeetings = (node: string, entry: NodeEntry, keep: ReadonlySet<string>): void => {
    for (const id of [...entry.meetings.keys()]) if (!keep.has(id)) setMeeting(node, entry, { id, report: undefined });
  };

  /** A leader that has not heard a node yet waits long for it, unless another node doesn't reach it either. */
  const doubt = (node: string): void => {
    const entry = entries.get(node);
    if (entry?.contact === 'Connecting') entry.link.doubt();
  };

  const takeReport = (node: string, report: LoadReport, isFirst: boolean): void => {
    const entry = entries.get(node);
    if (entry === undefined) return;
    const isNew = entry.report?.instanceId !== report.instanceId || entry.contact !== 'Live';
    entry.report = {
      instanceId: report.instanceId,
      load: {
        participants: report.participants,
        producers: report.producers,
        consumers: report.consumers,
        packetsPerSecond: report.ingressPacketsPerSecond + report.egressPacketsPerSecond,
        bytesPerSecond: report.egressBytesPerSecond,
      },
      workerCpu: report.workerCpuMax,
    };
    if (entry.contact === 'Lost') entry.lost = new AbortController();
    entry.contact = 'Live';
    if (isFirst) forgetMeetings(node, entry, new Set(report.meetings.map(({ meetingId }) => meetingId)));
    for (const { meetingId: id, closed, unreachableNodes: unreachable, ...meeting } of report.meetings) {
      const { term, epoch, participants, fingerprint } = meeting;
      setMeeting(node, entry, {
        id,
        report: closed ? undefined : { term, epoch, participants, fingerprint, unreachable },
      });
      for (const name of unreachable) doubt(`${node.slice(0, node.indexOf('/'))}/${name}`);
    }
    emit(isNew ? { kind: 'Connected', node } : { kind: 'LoadReported', node });
  };
  const takeLoss = (node: string): void => {
    const entry = entries.get(node);
    if (entry === undefined || entry.contact === 'Lost') return;
    entry.contact = 'Lost';
    entry.lost.abort();
    emit({ kind: 'Lost', node });
  };

  const forget = (node: string, entry: NodeEntry): void => {
    entries.delete(node);
    entry.lost.abort();
    const closed = entry.link.close();
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
    forgetMeetings(node, entry, new Set());
    emit({ kind: 'Lost', node });
  };

  return {
    setNode: (node, address) => {
      const known = entries.get(node);
      if (known?.address === address) return;
      if (known !== undefined) forget(node, known);
      if (address === undefined) return;
      const link = createNodeLink({
        ...deps,
        turns,
        log: deps.log.child({ node }),
        address,
        onReport: (report, isFirst) => takeReport(node, report, isFirst),
        onLost: () => takeLoss(node),
      });
      const lost = new AbortController();
      entries.set(node, { link, address, contact: 'Connecting', lost, report: undefined, meetings: new Map() });
    },
    nodes: () => entries.keys(),
    contact: (node) => entries.get(node)?.contact ?? 'Lost',
    report: (node) => entries.get(node)?.report,
    meetingReport: (node, meetingId) => entries.get(node)?.meetings.get(meetingId),
    holders: (meetingId) => [...(holders.get(meetingId) ?? [])],
    meetingIds: () => holders.keys(),
    meetingsOn: (node) => entries.get(node)?.meetings.keys() ?? [],
    apply: async (node, told, signal) => {
      const entry = entries.get(node);
      if (entry === undefined) throw new RpcError('NOT_FOUND', `there is no node ${node}`);
      return entry.link.apply(told, {
        deadlineMs: APPLY_DEADLINE_MS,
        signal: AbortSignal.any([signal, entry.lost.signal]),
      });
    },
    connecting: () => [...entries.values()].filter(({ contact }) => contact === 'Connecting').length,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      listeners.clear();
      for (const [node, entry] of [...entries]) forget(node, entry);
      await Promise.all(closing);
    },
  };
}

/** A relay that the topology has no more says nothing about its ends. */
function reachChanges(
  before: MeetingReport | undefined,
  now: MeetingReport | undefined,
): { readonly lost: readonly string[]; readonly found: readonly string[] } {
  const [then, since] = [before?.unreachable ?? [], now?.unreachable ?? []];
  const isSame = before?.term === now?.term && before?.epoch === now?.epoch;
  return {
    lost: since.filter((node) => !then.includes(node)),
    found: isSame ? then.filter((node) => !since.includes(node)) : [],
  };
}
