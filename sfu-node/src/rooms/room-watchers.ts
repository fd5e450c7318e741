/**
 * The signaling replicas that watch a room, each through a bounded queue (law 6): one that falls behind loses its stream, and
 * comes back to a snapshot. Scores, layers and levels are coalesced: of each only the newest waits, and only while there is room.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { RoomEventSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { createMessageQueue, type MessageQueue } from '@parley/proto/message-queue.js';
import { RpcError } from '@parley/proto/rpc-error.js';

export type RoomEventInit = MessageInitShape<typeof RoomEventSchema>;
export type RoomEventBody = Exclude<RoomEventInit['event'], undefined>;

interface Watcher {
  readonly signalingId: string;
  readonly queue: MessageQueue<RoomEventInit>;
  readonly latest: Map<string, RoomEventBody>;
  readonly keepAlive: NodeJS.Timeout;
}

export interface RoomWatchersOptions {
  readonly generation: () => number;
  readonly limits: { readonly queuedEvents: number; readonly watchersPerRoom: number };
  /** Its last stream ended: participants attached through it are detached. */
  readonly onUnwatched: (signalingId: string) => void;
  readonly onOverflow: () => void;
}

const keepAliveMs = 5_000;
const coalesceMs = 250;

export class RoomWatchers {
  readonly #options: RoomWatchersOptions;
  readonly #watchers = new Map<string, Watcher>();
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(options: RoomWatchersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#watchers.size;
  }

  has(signalingId: string): boolean {
    return this.#watchers.has(signalingId);
  }

  /**
   * A stream for one replica, which begins with `first` and replaces the replica's earlier one.
   * @throws RpcError RESOURCE_EXHAUSTED when too many replicas watch.
   */
  watch(signalingId: string, first: RoomEventBody, signal: AbortSignal): AsyncIterable<RoomEventInit> {
    const { limits } = this.#options;
    const earlier = this.#watchers.get(signalingId);
    if (earlier === undefined && this.#watchers.size >= limits.watchersPerRoom) {
      throw new RpcError('RESOURCE_EXHAUSTED', `TooManyWatchers: ${limits.watchersPerRoom} replicas watch this room`);
    }
    const watcher: Watcher = {
      signalingId,
      queue: createMessageQueue<RoomEventInit>(limits.queuedEvents),
      latest: new Map(),
      keepAlive: setInterval(() => this.#keepAlive(watcher), keepAliveMs),
    };
    this.#watchers.set(signalingId, watcher);
    if (earlier !== undefined)
      this.#stop(earlier, new RpcError('ABORTED', 'replaced by a newer stream of this replica'));
    signal.addEventListener('abort', () => this.#remove(watcher), { once: true });
    this.#push(watcher, first);
    if (signal.aborted) this.#remove(watcher);
    return watcher.queue;
  }

  broadcast(event: RoomEventBody): void {
    for (const watcher of [...this.#watchers.values()]) this.#push(watcher, event);
  }

  sendTo(signalingId: string, event: RoomEventBody): void {
    const watcher = this.#watchers.get(signalingId);
    if (watcher !== undefined) this.#push(watcher, event);
  }

  /** Of the events with one key only the newest is sent, in a moment. */
  offer(key: string, event: RoomEventBody, signalingId?: string): void {
    const to = signalingId === undefined ? this.#watchers.values() : [this.#watchers.get(signalingId)];
    for (const watcher of to) watcher?.latest.set(key, event);
    this.#flushTimer ??= setTimeout(() => this.#flush(), coalesceMs);
  }

  /** What the key was about is gone. */
  withdraw(key: string): void {
    for (const { latest } of this.#watchers.values()) latest.delete(key);
  }

  /** Ends every stream after what is queued, or at once with an error. */
  close(error?: Error): void {
    clearTimeout(this.#flushTimer);
    for (const watcher of this.#watchers.values()) this.#stop(watcher, error);
    this.#watchers.clear();
  }

  #push(watcher: Watcher, event: RoomEventBody): void {
    watcher.keepAlive.refresh();
    if (watcher.queue.push({ generation: this.#options.generation(), event })) return;
    this.#options.onOverflow();
    this.#remove(watcher);
  }

  /** Only when there is nothing else, read or not. */
  #keepAlive(watcher: Watcher): void {
    if (watcher.queue.length === 0) this.#push(watcher, { case: 'keepAlive', value: {} });
  }

  #flush(): void {
    this.#flushTimer = undefined;
    let left = false;
    for (const watcher of [...this.#watchers.values()]) {
      for (const [key, event] of watcher.latest) {
        if (watcher.queue.length >= this.#options.limits.queuedEvents / 2) break;
        watcher.latest.delete(key);
        this.#push(watcher, event);
      }
      left ||= watcher.latest.size > 0;
    }
    if (left) this.#flushTimer ??= setTimeout(() => this.#flush(), coalesceMs);
  }

  #remove(watcher: Watcher): void {
    this.#stop(watcher);
    if (this.#watchers.get(watcher.signalingId) !== watcher) return;
    this.#watchers.delete(watcher.signalingId);
    this.#options.onUnwatched(watcher.signalingId);
  }

  #stop(watcher: Watcher, error?: Error): void {
    clearInterval(watcher.keepAlive);
    watcher.latest.clear();
    watcher.queue.end(error);
  }
}
