/** What is wanted of producers beyond relays: by this node's consumers, and by nodes behind it. Lets go after a while, not at once. */
import { combineDemand, type Demand } from './core/relay/combine-demand.js';

interface Entry {
  own: Demand;
  lingering: NodeJS.Timeout | undefined;
  readonly peers: Map<string, { readonly paused: boolean }>;
}

export class DemandBook {
  readonly #entries = new Map<string, Entry>();
  readonly #lingerMs: number;
  readonly #onChanged: () => void;
  #telling: NodeJS.Immediate | undefined;

  /** @param onChanged called once for all that changed in one turn of the event loop. */
  constructor(lingerMs: number, onChanged: () => void) {
    this.#lingerMs = lingerMs;
    this.#onChanged = onChanged;
  }

  setOwn(producerId: string, demand: Demand): void {
    const entry = this.#entry(producerId);
    entry.own = demand;
    this.#linger(producerId, entry);
  }

  /** A consumer is about to come. */
  hold(producerId: string): void {
    this.#linger(producerId, this.#entry(producerId));
  }

  setPeer(peer: string, wanted: ReadonlyMap<string, { readonly paused: boolean }>): void {
    for (const [producerId, entry] of this.#entries) {
      if (!wanted.has(producerId) && entry.peers.delete(peer)) this.#settle(producerId, entry);
    }
    for (const [producerId, wish] of wanted) this.#entry(producerId).peers.set(peer, wish);
    this.#tell();
  }

  /** It is gone for good. */
  forget(producerId: string): void {
    clearTimeout(this.#entries.get(producerId)?.lingering);
    if (this.#entries.delete(producerId)) this.#tell();
  }

  /** All that is wanted now. */
  wanted(): Map<string, { readonly paused: boolean }> {
    const wanted = new Map<string, { readonly paused: boolean }>();
    for (const [producerId, entry] of this.#entries) {
      const demand = demandOf(entry);
      if (demand !== 'None') wanted.set(producerId, { paused: demand === 'Paused' });
    }
    return wanted;
  }

  close(): void {
    for (const { lingering } of this.#entries.values()) clearTimeout(lingering);
    this.#entries.clear();
    clearImmediate(this.#telling);
  }

  #entry(producerId: string): Entry {
    const known = this.#entries.get(producerId);
    if (known !== undefined) return known;
    const entry: Entry = { own: 'None', lingering: undefined, peers: new Map() };
    this.#entries.set(producerId, entry);
    return entry;
  }

  #linger(producerId: string, entry: Entry): void {
    clearTimeout(entry.lingering);
    entry.lingering = undefined;
    if (entry.own === 'None') {
      entry.lingering = setTimeout(() => {
        entry.lingering = undefined;
        this.#settle(producerId, entry);
      }, this.#lingerMs);
    }
    this.#tell();
  }

  #settle(producerId: string, entry: Entry): void {
    if (demandOf(entry) === 'None' && this.#entries.get(producerId) === entry) this.#entries.delete(producerId);
    this.#tell();
  }

  #tell(): void {
    this.#telling ??= setImmediate(() => {
      this.#telling = undefined;
      this.#onChanged();
    });
  }
}

function demandOf({ own, lingering, peers }: Entry): Demand {
  return combineDemand({ own, lingers: lingering !== undefined, peers });
}
