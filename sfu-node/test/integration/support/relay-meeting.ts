/** A meeting over several nodes, each in this process with a worker of its own; and what a participant does there. */
import { MediaKind } from '@parley/proto/gen/parley/v1/media_pb.js';
import type { RelayTiming } from '@parley/relay/relay-timing.js';
import type { types } from 'mediasoup';
import { expect, vi } from 'vitest';
import { relayTopology, startRelayNode, type MeshOptions, type RelayNode } from './relay-node.js';
import { consumeRtp, type RtpSink } from './rtp-sink.js';
import { sendOpus, sendVp8, type RtpSource } from './rtp-source.js';

export interface MeetingOptions extends MeshOptions {
  readonly timing?: Partial<RelayTiming>;
  /** No node gets a topology yet. */
  readonly unplaced?: boolean;
}

export interface RelayMeeting {
  readonly nodes: readonly RelayNode[];
  /** Gives the nodes, or some of them, a topology over all of them, or over some. */
  apply(options?: MeshOptions, to?: readonly RelayNode[], over?: readonly RelayNode[]): void;
  produce(node: RelayNode, id: string, kind?: 'opus' | 'vp8'): Promise<RtpSource>;
  /** Closed with the meeting, before its nodes. */
  onClose(close: () => void | Promise<void>): void;
  close(): Promise<void>;
}

export async function startMeeting(names: readonly string[], options: MeetingOptions = {}): Promise<RelayMeeting> {
  const nodes = await Promise.all(names.map((name) => startRelayNode(name, options.timing)));
  const closers: (() => void | Promise<void>)[] = [];
  const apply = (mesh: MeshOptions = {}, to: readonly RelayNode[] = nodes, over = nodes): void => {
    const topology = relayTopology(over, mesh);
    for (const node of to) node.relays.applyTopology(topology);
  };
  if (options.unplaced !== true) apply(options);
  return {
    nodes,
    apply,
    async produce(node, id, kind = 'opus'): Promise<RtpSource> {
      const router = await node.router();
      const source = kind === 'opus' ? await sendOpus(router, id) : await sendVp8(router, id);
      closers.push(() => source.stop());
      const participantId = `${node.name}-person`;
      node.join(participantId);
      node.announce({ id, participantId, kind: kind === 'opus' ? MediaKind.AUDIO : MediaKind.VIDEO });
      return source;
    },
    onClose: (close) => closers.push(close),
    async close(): Promise<void> {
      for (const close of closers.toReversed()) await close();
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

/** Waits for a condition, without sleeping longer than needed. */
export function until<T>(check: () => T | Promise<T>, timeout = 5_000): Promise<T> {
  return vi.waitFor(check, { timeout, interval: 20 });
}

/** As Media.Consume does: makes it local, consumes it, and tells what it wants. */
export async function consume(node: RelayNode, producerId: string): Promise<RtpSink> {
  const sink = await consumeRtp(await node.router(), await makeLocal(node, producerId));
  node.relays.setDemand(producerId, 'Active');
  return sink;
}

/** @returns its id on the node's router. */
export async function makeLocal(node: RelayNode, producerId: string): Promise<string> {
  await until(() => expect(node.roster.producer(producerId)).toBeDefined());
  return node.relays.ensureLocal(producerId, AbortSignal.timeout(3_000));
}

export async function pipeStats(pipe: types.PipeTransport | undefined): Promise<types.PipeTransportStat> {
  const stat = (await pipe?.getStats())?.[0];
  if (stat === undefined) throw new Error('there is no pipe');
  return stat;
}

/** Ids, as the meeting knows them, of the producers that a node's router has. */
export async function routed(node: RelayNode): Promise<string[]> {
  const dump = await (await node.router()).dump();
  const ids = [
    ...dump.mapProducerIdConsumerIds.map(({ key }) => key),
    ...dump.mapDataProducerIdDataConsumerIds.map(({ key }) => key),
  ];
  return ids.map((id) => id.split('@')[0] ?? '');
}
