/**
 * Which nodes don't reach each other, as they report it themselves of their relays. A pair that no meeting has a relay between any more
 * is not reported either, so what was reported is remembered for a while, and longer each time that it proves true again.
 */
import type { IsCut } from '../core/topology/relay-world.js';
import { createBoundedMap } from '../kube/bounded-map.js';
import type { Clock } from '../kube/clock.js';
import type { NodeDirectory } from './node-directory.js';

export interface CutNodes {
  /** As a meeting's plan has to see it; names of nodes of its namespace. */
  of(namespace: string, meetingId: string): IsCut;
  close(): void;
}

export interface CutNodesDeps {
  readonly directory: Pick<NodeDirectory, 'contact' | 'meetingReport' | 'subscribe'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

export const HELD_MS = 60_000;
const HELD_AT_MOST_MS = 600_000;
/** Law 6. */
const MAX_PAIRS = 10_000;

interface Held {
  readonly untilMs: number;
  readonly holdMs: number;
}

export function createCutNodes({ directory, clock }: CutNodesDeps): CutNodes {
  const held = createBoundedMap<Held>(MAX_PAIRS);

  const hold = (pair: string): void => {
    const nowMs = clock.monotonicMs();
    const before = held.get(pair);
    if (before !== undefined && nowMs < before.untilMs) return;
    const isAgain = before !== undefined && nowMs < before.untilMs + before.holdMs;
    const holdMs = isAgain ? Math.min(2 * before.holdMs, HELD_AT_MOST_MS) : HELD_MS;
    held.set(pair, { untilMs: nowMs + holdMs, holdMs });
  };
  const isHeld = (pair: string): boolean => clock.monotonicMs() < (held.get(pair)?.untilMs ?? 0);
  /** Of a node that is lost nothing else is to be said. */
  const areLive = (...nodes: readonly string[]): boolean => nodes.every((node) => directory.contact(node) === 'Live');

  const unsubscribe = directory.subscribe((event) => {
    if (event.kind !== 'MeetingReported') return;
    const namespace = event.node.slice(0, event.node.indexOf('/'));
    for (const name of event.found) held.set(pairOf(event.node, `${namespace}/${name}`), { untilMs: 0, holdMs: 0 });
    for (const name of event.lost) {
      const other = `${namespace}/${name}`;
      if (areLive(event.node, other)) hold(pairOf(event.node, other));
    }
  });
  return {
    of: (namespace, meetingId) => {
      const reports = (from: string, to: string): boolean =>
        directory.meetingReport(`${namespace}/${from}`, meetingId)?.unreachable.includes(to) === true;
      return (a, b) => {
        const [first, second] = [`${namespace}/${a}`, `${namespace}/${b}`];
        return isHeld(pairOf(first, second)) || ((reports(a, b) || reports(b, a)) && areLive(first, second));
      };
    },
    close: unsubscribe,
  };
}

function pairOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
