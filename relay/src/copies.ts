/** Remote producers on a room's router, each maybe by several relays; and the time in which whoever uses one copy switches to another. */
import { chooseCopy, type Copy, type Rank } from './core/relay/choose-copy.js';
import type { Via } from './core/relay/passage.js';
import type { OpenCopy } from './relay-runner.js';

export interface CopiesOptions {
  /** How long what is replaced stays beside what replaces it. */
  readonly overlapMs: number;
  readonly rankOf: (producerId: string, peer: string) => Rank;
  readonly flows: (copy: Copy) => Promise<boolean>;
  /** Another one is used from now on. @param replaced is still there. */
  readonly onCurrent: (producerId: string, current: Copy | undefined, replaced: Copy | undefined) => void;
  /** What was replaced is needed no more. */
  readonly onSwitched: (producerId: string) => void;
}

/** What replaces something is waited for so many times the overlap. */
const maxWaits = 3;

export class Copies {
  readonly #options: CopiesOptions;
  /** In the order in which they came. */
  readonly #open = new Map<string, readonly Copy[]>();
  readonly #current = new Map<string, Copy>();
  readonly #switching = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  get producerIds(): string[] {
    return [...this.#current.keys()];
  }

  current(producerId: string): Copy | undefined {
    return this.#current.get(producerId);
  }

  /** Whose copies may still be in use. */
  peersOf(producerId: string): readonly string[] {
    const current = this.#current.get(producerId);
    if (this.#switching.has(producerId)) return (this.#open.get(producerId) ?? []).map(({ peer }) => peer);
    return current === undefined ? [] : [current.peer];
  }

  /** The way that it has come; empty for what is no copy. */
  viaOf(localId: string): Via {
    for (const open of this.#open.values()) for (const copy of open) if (copy.localId === localId) return copy.via;
    return [];
  }

  add(producerId: string, copy: Copy): void {
    this.#put(producerId, [...this.#without(producerId, copy.localId), copy]);
  }

  remove({ producerId, localId }: OpenCopy): void {
    this.#put(producerId, this.#without(producerId, localId));
  }

  #without(producerId: string, localId: string): readonly Copy[] {
    return (this.#open.get(producerId) ?? []).filter((copy) => copy.localId !== localId);
  }

  #put(producerId: string, open: readonly Copy[]): void {
    if (open.length > 0) this.#open.set(producerId, open);
    else this.#open.delete(producerId);
    this.#settle(producerId);
  }

  /** The topology has changed, and with it which way is the best. */
  rankAnew(): void {
    for (const producerId of [...this.#open.keys()]) this.#settle(producerId);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#switching.values()) clearTimeout(timer);
    this.#switching.clear();
  }

  #settle(producerId: string): void {
    if (this.#closed) return;
    const open = this.#open.get(producerId) ?? [];
    const before = this.#current.get(producerId);
    const rankOf = (peer: string): Rank => this.#options.rankOf(producerId, peer);
    const best = chooseCopy(open, { rankOf, current: before?.peer });
    const replaced = open.find(({ localId }) => localId === before?.localId);
    if (best?.localId !== before?.localId) {
      if (best === undefined) this.#current.delete(producerId);
      else this.#current.set(producerId, best);
      if (replaced !== undefined && best !== undefined) this.#switchOver(producerId, 1);
      this.#options.onCurrent(producerId, best, replaced);
      if (replaced !== undefined || before === undefined) return;
    } else if (open.length > 1 || !this.#switching.has(producerId)) return;
    // What was to be replaced has gone by itself.
    this.#endSwitching(producerId);
    this.#options.onSwitched(producerId);
  }

  #switchOver(producerId: string, wait: number): void {
    this.#endSwitching(producerId);
    const timer = setTimeout(() => {
      void this.#mayLetGo(producerId, wait).then((may) => {
        if (this.#closed || this.#switching.get(producerId) !== timer) return;
        if (!may) {
          this.#switchOver(producerId, wait + 1);
          return;
        }
        this.#switching.delete(producerId);
        this.#options.onSwitched(producerId);
      });
    }, this.#options.overlapMs);
    this.#switching.set(producerId, timer);
  }

  async #mayLetGo(producerId: string, wait: number): Promise<boolean> {
    const current = this.#current.get(producerId);
    if (current === undefined || wait >= maxWaits) return true;
    return this.#options.flows(current).catch(() => true);
  }

  #endSwitching(producerId: string): void {
    clearTimeout(this.#switching.get(producerId));
    this.#switching.delete(producerId);
  }
}
