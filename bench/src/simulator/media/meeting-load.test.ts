import { describe, expect, test } from 'vitest';
import { hopsOf, updateLoads, type Link, type MeetingParts } from './meeting-load.js';

function aMeeting(people: readonly number[], links: readonly Link[] = []): MeetingParts {
  const meeting: MeetingParts = {
    parts: people.map((count, node) => ({ node, people: count, packetsPerSecond: 0, consumers: 0 })),
    links,
    activity: 1,
    people: people.reduce((sum, count) => sum + count, 0),
    relayBitsPerSecond: 0,
  };
  updateLoads(meeting);
  return meeting;
}

const peers = (a: number, b: number): Link => ({ a, b, isLeaf: false });
const leaf = (a: number, b: number): Link => ({ a, b, isLeaf: true });
const packets = ({ parts }: MeetingParts): number[] => parts.map(({ packetsPerSecond }) => packetsPerSecond);

describe('what a meeting costs', () => {
  test('grows with the square of its people while all are shown, in smaller tiles', () => {
    const [four, eight] = [4, 8].map((people) => packets(aMeeting([people]))[0] as number) as [number, number];
    expect(eight / four).toBeGreaterThan(2.2);
    expect(eight / four).toBeLessThan(4);
  });

  test('is nothing to receive for one who is alone', () => {
    const alone = aMeeting([1]);
    expect(alone.parts[0]?.consumers).toBe(0);
  });

  test('is the same over two nodes as on one, but for the relay', () => {
    const [whole, split] = [aMeeting([6]), aMeeting([4, 2])];
    const sum = packets(split).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(packets(whole)[0] as number);
    const related = aMeeting([4, 2], [peers(0, 1)]);
    expect(packets(related).reduce((a, b) => a + b, 0)).toBeGreaterThan(sum);
    expect(related.relayBitsPerSecond).toBeGreaterThan(0);
  });

  test('crosses no relay to a node that nobody is on', () => {
    const meeting = aMeeting([4, 0], [peers(0, 1)]);
    expect(meeting.relayBitsPerSecond).toBe(0);
    expect(hopsOf(meeting)).toBe(0);
  });

  test('brings each stream once to each further node, in a mesh and in a tree alike', () => {
    const mesh = aMeeting([5, 5, 5], [peers(0, 1), peers(0, 2), peers(1, 2)]);
    const tree = aMeeting([5, 5, 5], [leaf(1, 0), leaf(2, 0)]);
    expect(mesh.relayBitsPerSecond).toBeCloseTo(tree.relayBitsPerSecond);
  });

  test('falls on a hub more than on its leaves', () => {
    const [hub, first] = packets(aMeeting([5, 5, 5], [leaf(1, 0), leaf(2, 0)])) as [number, number];
    expect(hub).toBeGreaterThan(first);
  });
});

describe('hops', () => {
  test.each<[string, MeetingParts, number]>([
    ['none on one node', aMeeting([3]), 0],
    ['one in a mesh', aMeeting([3, 2], [peers(0, 1)]), 1],
    ['two over one hub', aMeeting([3, 2, 2], [leaf(1, 0), leaf(2, 0)]), 2],
    ['three over two hubs', aMeeting([3, 2, 2, 1], [peers(0, 1), leaf(2, 0), leaf(3, 1)]), 3],
  ])('%s', (_, meeting, hops) => {
    expect(hopsOf(meeting)).toBe(hops);
  });
});
