/** What signaling counts. Low cardinality: codes and request types are closed lists. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { errorCodes, isErrorCode, type ErrorCode } from '../protocol/error-codes.js';
import type { ClientMessageType } from '../protocol/client-messages.js';
import { responseData } from '../protocol/responses.js';
import { mediaResetReason, type MediaResetReason } from '../protocol/roster.js';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface SignalingMetrics {
  socketOpened(): void;
  /** @param reason an error's name, Left, or a WebSocket close code. */
  socketClosed(reason: string): void;
  socketRefused(code: ErrorCode): void;
  requestServed(type: ClientMessageType, outcome: ErrorCode | 'ok', ms: number): void;
  joinServed(outcome: ErrorCode | 'ok', ms: number): void;
  rateLimited(limit: string): void;
  nodeLost(): void;
  mediaReset(reason: MediaResetReason): void;
  mediaRestored(ms: number): void;
  migrated(): void;
}

/** What is read when metrics are scraped. */
export interface SignalingGauges {
  sockets(): number;
  sessions(): number;
  rooms(): number;
  waiting(): number;
  nodeConnections(): number;
  operatorSynced(): boolean;
  turnServers(): number;
  redisReady(): boolean;
}

export function createSignalingMetrics(registry: Registry, gauges: SignalingGauges): SignalingMetrics {
  const registers = [registry];
  const opened = new Counter({
    name: 'parley_signaling_sockets_opened_total',
    help: 'WebSockets that were accepted.',
    registers,
  });
  const closed = new Counter({
    name: 'parley_signaling_sockets_closed_total',
    help: 'WebSockets that ended or were refused, by reason: an error code, Left, or ClientClosed.',
    labelNames: ['reason'],
    registers,
  });
  const requests = new Histogram({
    name: 'parley_signaling_request_seconds',
    help: 'Time to answer a WebSocket request, by its type.',
    labelNames: ['type'],
    buckets: secondsBuckets,
    registers,
  });
  const failures = new Counter({
    name: 'parley_signaling_request_failures_total',
    help: 'WebSocket requests that were answered with an error, by its code.',
    labelNames: ['code'],
    registers,
  });
  const joins = new Histogram({
    name: 'parley_signaling_join_seconds',
    help: 'Time to answer POST /v1/meetings/{id}/join, by outcome: ok or an error code.',
    labelNames: ['outcome'],
    buckets: secondsBuckets,
    registers,
  });
  const limited = new Counter({
    name: 'parley_signaling_rate_limited_total',
    help: 'Requests refused by a rate limit, by the limit.',
    labelNames: ['limit'],
    registers,
  });
  const nodesLost = new Counter({
    name: 'parley_signaling_nodes_lost_total',
    help: 'Times that a node in use fell silent or could not be reached.',
    registers,
  });
  const resets = new Counter({
    name: 'parley_signaling_media_resets_total',
    help: 'Participants who were told that their media is gone and that they are to rejoin, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const restored = new Histogram({
    name: 'parley_signaling_rejoin_seconds',
    help: 'From telling a participant that its media is gone until it has entered a node again.',
    buckets: secondsBuckets,
    registers,
  });
  for (const reason of mediaResetReason.options) resets.inc({ reason }, 0);
  const migrations = new Counter({
    name: 'parley_signaling_migrations_total',
    help: 'Participants who left a node that was being emptied, make before break.',
    registers,
  });
  for (const code of errorCodes) failures.inc({ code }, 0);
  for (const type of Object.keys(responseData)) requests.zero({ type });
  joins.zero({ outcome: 'ok' });
  registerGauges(registry, gauges);
  return {
    socketOpened: () => opened.inc(),
    socketClosed: (reason) =>
      closed.inc({ reason: isErrorCode(reason) || reason === 'Left' ? reason : 'ClientClosed' }),
    socketRefused: (code) => closed.inc({ reason: code }),
    requestServed: (type, outcome, ms) => {
      requests.observe({ type }, ms / 1_000);
      if (outcome !== 'ok') failures.inc({ code: outcome });
    },
    joinServed: (outcome, ms) => joins.observe({ outcome }, ms / 1_000),
    rateLimited: (limit) => limited.inc({ limit }),
    nodeLost: () => nodesLost.inc(),
    mediaReset: (reason) => resets.inc({ reason }),
    mediaRestored: (ms) => restored.observe(ms / 1_000),
    migrated: () => migrations.inc(),
  };
}

function registerGauges(registry: Registry, gauges: SignalingGauges): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `parley_signaling_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('sockets', 'WebSockets open now.', () => gauges.sockets());
  gauge('sessions', 'Participants that this replica speaks for, those within their resume time included.', () =>
    gauges.sessions(),
  );
  gauge('rooms', 'Meetings on nodes whose events this replica reads.', () => gauges.rooms());
  gauge('waiting', 'Participants who wait for room in their meeting.', () => gauges.waiting());
  gauge('node_connections', 'gRPC connections to nodes.', () => gauges.nodeConnections());
  gauge('operator_synced', '1 while the operator streams topologies to this replica.', () =>
    Number(gauges.operatorSynced()),
  );
  gauge('turn_servers', 'TURN servers that participants may be given.', () => gauges.turnServers());
  gauge('redis_ready', '1 while Redis answers.', () => Number(gauges.redisReady()));
}
