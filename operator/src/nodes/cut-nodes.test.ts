import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../kube/testing/fake-clock.js';
import { createCutNodes, HELD_MS } from './cut-nodes.js';
import type { NodeEvent } from './node-directory.js';

function aWorld() {
  const clock = createFakeClock();
  const lost = new Set<string>();
  const unreachable = new Map<string, readonly string[]>();
  let tell: (event: NodeEvent) => void = () => undefined;
  const cuts = createCutNodes({
    clock,
    directory: {
      contact: (node) => (lost.has(node) ? 'Lost' : 'Live'),
      meetingReport: (node) => {
        const report = { term: 1, epoch: 1, participants: 1, fingerprint: '' };
        return { ...report, unreachable: unreachable.get(node) ?? [] };
      },
      subscribe: (listener) => {
        tell = listener;
        return () => undefined;
      },
    },
  });
  const report = (node: string, now: readonly string[], { sameTopology = true } = {}): void => {
    const before = unreachable.get(node) ?? [];
    unreachable.set(node, now);
    tell({
      kind: 'MeetingReported',
      node,
      meetingId: 'm',
      before: 1,
      participants: 1,
      lost: now.filter((name) => !before.includes(name)),
      found: sameTopology ? before.filter((name) => !now.includes(name)) : [],
    });
  };
  const isCut = (): boolean => cuts.of('ns', 'm')('a', 'b');
  return { clock, lost, report, isCut };
}

describe('two nodes', () => {
  test('are cut off from each other when one of them says so, in either order, and of its namespace only', () => {
    const { report, isCut } = aWorld();
    expect(isCut()).toBe(false);
    report('other/b', ['a']);
    expect(isCut()).toBe(false);
    report('ns/b', ['a']);
    expect(isCut()).toBe(true);
  });

  test('stay so for a while after their relay was taken away, and longer when it was tried again in vain', async () => {
    const { clock, report, isCut } = aWorld();
    report('ns/a', ['b']);
    report('ns/a', [], { sameTopology: false });
    expect(isCut()).toBe(true);
    await clock.advance(HELD_MS + 1);
    expect(isCut()).toBe(false);
    report('ns/a', ['b']);
    report('ns/a', [], { sameTopology: false });
    await clock.advance(HELD_MS + 1);
    expect(isCut()).toBe(true);
    await clock.advance(HELD_MS);
    expect(isCut()).toBe(false);
  });

  test('are not when their relay is up again', () => {
    const { report, isCut } = aWorld();
    report('ns/a', ['b']);
    report('ns/a', []);
    expect(isCut()).toBe(false);
  });

  test('are not when one of them is lost: that is another matter', () => {
    const { lost, report, isCut } = aWorld();
    lost.add('ns/b');
    report('ns/a', ['b']);
    expect(isCut()).toBe(false);
  });
});
