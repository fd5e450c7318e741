/**
 * What coturn tells its database, and what it asks of it: allocations and their traffic (schema.stats.redis), and the addresses that
 * clients may be relayed to (schema.userdb.redis). coturn asks for the latter every 5 s.
 */
import type { Reply } from './resp.js';
import { addToRate, rateOf, type RateWindow } from './rate-window.js';

export interface CoturnBook {
  /** By the key under which coturn tells of it: until when it holds unless it is refreshed. */
  readonly allocations: Map<string, number>;
  /** When coturn has told of its start, and of every allocation since; undefined: it is older than this book. */
  startedAtMs: number | undefined;
  readonly openedAtMs: number;
  /** Addresses or ranges, as coturn's allowed-peer-ip. */
  peers: readonly string[];
  readonly realm: string;
  readonly received: RateWindow;
  readonly sent: RateWindow;
  allocationsTotal: number;
}

export interface CoturnLoad {
  readonly allocations: number;
  readonly complete: boolean;
  readonly ingressBytesPerSecond: number;
  readonly egressBytesPerSecond: number;
}

/** coturn's max-allocate-lifetime in our configuration: by then each allocation is told of again, or gone. */
export const MAX_LIFETIME_SECONDS = 600;
/** A refresh may come late. */
const LATE_MS = 30_000;
/** Law 6: no coturn of ours holds more. */
const MAX_ALLOCATIONS = 200_000;

export function createCoturnBook(realm: string, nowMs: number): CoturnBook {
  return {
    allocations: new Map(),
    startedAtMs: undefined,
    openedAtMs: nowMs,
    peers: [],
    realm,
    received: [],
    sent: [],
    allocationsTotal: 0,
  };
}

export function answerCommand(book: CoturnBook, words: readonly string[], nowMs: number): Reply {
  const [command = '', key = '', value = ''] = words;
  switch (command.toLowerCase()) {
    case 'auth':
    case 'select':
      return { type: 'Ok' };
    case 'ping':
      return { type: 'Pong' };
    case 'get':
      return { type: 'Nil' };
    case 'keys':
      return { type: 'Strings', values: keysLike(book, key, nowMs) };
    case 'smembers':
      return { type: 'Strings', values: key === peersKey(book) ? book.peers : [] };
    case 'set':
      noteAllocation(book, key, value, nowMs);
      return { type: 'Ok' };
    case 'del':
      return { type: 'Integer', value: Number(book.allocations.delete(key)) };
    case 'publish':
      noteTraffic(book, key, value, nowMs);
      return { type: 'Integer', value: 0 };
    default:
      return { type: 'Error', message: 'unknown command' };
  }
}

export function loadOf(book: CoturnBook, nowMs: number): CoturnLoad {
  for (const [key, untilMs] of book.allocations) if (untilMs + LATE_MS < nowMs) book.allocations.delete(key);
  return {
    allocations: book.allocations.size,
    complete: book.startedAtMs !== undefined || nowMs - book.openedAtMs > MAX_LIFETIME_SECONDS * 1_000 + LATE_MS,
    ingressBytesPerSecond: rateOf(book.received, nowMs),
    egressBytesPerSecond: rateOf(book.sent, nowMs),
  };
}

function keysLike(book: CoturnBook, pattern: string, nowMs: number): readonly string[] {
  if (pattern === 'turn/realm/*/allowed-peer-ip') return book.peers.length > 0 ? [peersKey(book)] : [];
  if (pattern !== 'turn/*/allocation/*/status') return [];
  // It asks when it starts, to delete what one before it has left.
  book.startedAtMs = nowMs;
  return [...book.allocations.keys()];
}

function peersKey({ realm }: CoturnBook): string {
  return `turn/realm/${realm}/allowed-peer-ip`;
}

function noteAllocation(book: CoturnBook, key: string, value: string, nowMs: number): void {
  const lifetime = /^(new|refreshed) lifetime=(\d+)/.exec(value);
  if (lifetime === null || !key.endsWith('/status') || book.allocations.size >= MAX_ALLOCATIONS) return;
  if (!book.allocations.has(key)) book.allocationsTotal += 1;
  book.allocations.set(key, nowMs + Number(lifetime[2]) * 1_000);
}

function noteTraffic(book: CoturnBook, key: string, value: string, nowMs: number): void {
  const traffic = /rcvb=(\d+).*sentb=(\d+)/.exec(value);
  if (traffic === null || !key.endsWith('/traffic')) return;
  addToRate(book.received, Number(traffic[1]), nowMs);
  addToRate(book.sent, Number(traffic[2]), nowMs);
}
