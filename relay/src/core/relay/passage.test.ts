import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayPass, passOn, type Via } from './passage.js';

interface Copy {
  readonly at: number;
  /** What it is made of, on the node that it comes from; undefined: the producer itself. */
  readonly source: number | undefined;
  readonly via: Via;
}

type Step =
  | { readonly kind: 'Pipe'; readonly from: number; readonly to: number }
  /** Takes any of the copies that it has: which one it prefers is another matter. */
  | { readonly kind: 'Use'; readonly at: number; readonly pick: number }
  /** Everybody had the time to switch. */
  | { readonly kind: 'LetGo'; readonly at: number };

/** Copies of one producer, which is on node 0. */
class Model {
  readonly copies = new Map<number, Copy>();
  readonly current = new Map<number, number>();
  readonly #may: typeof mayPass;
  #serial = 0;

  constructor(may: typeof mayPass) {
    this.#may = may;
  }

  take(step: Step): void {
    if (step.kind === 'Pipe') this.#pipe(step.from, step.to);
    if (step.kind === 'Use') {
      const here = [...this.copies].filter(([, { at }]) => at === step.at);
      const picked = here[step.pick % Math.max(1, here.length)];
      if (picked !== undefined) this.current.set(step.at, picked[0]);
    }
    if (step.kind === 'LetGo') {
      for (const [id, { at }] of [...this.copies]) if (at === step.at && this.current.get(at) !== id) this.#close(id);
    }
  }

  #pipe(from: number, to: number): void {
    const source = this.current.get(from);
    const own = source === undefined ? undefined : this.copies.get(source);
    if (from === to || to === 0 || (from !== 0 && own === undefined)) return;
    if (!this.#may(own?.via ?? [], String(to))) return;
    const id = this.#serial++;
    this.copies.set(id, { at: to, source, via: passOn(own?.via ?? [], String(from)) });
    if (!this.current.has(to)) this.current.set(to, id);
  }

  /** What is made of it closes with it. */
  #close(id: number): void {
    const copy = this.copies.get(id);
    if (copy === undefined) return;
    this.copies.delete(id);
    if (this.current.get(copy.at) === id) this.current.delete(copy.at);
    for (const [other, { source }] of [...this.copies]) if (source === id) this.#close(other);
  }
}

const node = fc.nat(4);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('Pipe' as const), from: node, to: node }),
    fc.record({ kind: fc.constant('Use' as const), at: node, pick: fc.nat(9) }),
    fc.record({ kind: fc.constant('LetGo' as const), at: node }),
  ),
  { maxLength: 60, size: 'max' },
);

/** Letting go of what is not used never ends what is. */
function losesWhatItUses(sequence: readonly Step[], may: typeof mayPass): boolean {
  const model = new Model(may);
  return sequence.some((step) => {
    const before = step.kind === 'LetGo' && model.current.has(step.at);
    model.take(step);
    return before && !model.current.has(step.at);
  });
}

describe('a node that switches to another copy and lets go of the rest', () => {
  it('keeps that copy, in whatever order copies come and whichever is taken', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        expect(losesWhatItUses(sequence, mayPass)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('would lose it if it took one that came through itself', () => {
    const ring: readonly Step[] = [
      { kind: 'Pipe', from: 0, to: 1 },
      { kind: 'Pipe', from: 1, to: 2 },
      { kind: 'Pipe', from: 2, to: 3 },
      { kind: 'Pipe', from: 3, to: 1 },
      { kind: 'Use', at: 1, pick: 1 },
      { kind: 'LetGo', at: 1 },
    ];
    expect(losesWhatItUses(ring, () => true)).toBe(true);
    expect(losesWhatItUses(ring, mayPass)).toBe(false);
  });
});
