import { describe, expect, test } from 'vitest';
import { selectTurnServers, type TurnCandidate, type TurnWish } from './select-turn-servers.js';

const server = (name: string, region = 'eu', namespace = 'default'): TurnCandidate => ({ name, region, namespace });
const wish = (over: Partial<TurnWish> = {}): TurnWish => ({
  namespace: 'default',
  regions: ['eu'],
  participantId: 'ada',
  ...over,
});
const names = (servers: readonly TurnCandidate[], wanted: TurnWish): string[] =>
  selectTurnServers(servers, wanted)
    .map(({ name }) => name)
    .toSorted();

describe('selectTurnServers', () => {
  test('two of the nearest region, and none of another', () => {
    const servers = [server('us-0', 'us'), server('eu-0'), server('eu-1')];
    expect(names(servers, wish())).toEqual(['eu-0', 'eu-1']);
  });

  test("a region without servers gives way to the next, such as the node's", () => {
    const servers = [server('us-0', 'us'), server('eu-0')];
    expect(names(servers, wish({ regions: ['', 'asia', 'us'] }))).toEqual(['us-0']);
  });

  test('a far one is better than none', () => {
    expect(names([server('us-0', 'us')], wish())).toEqual(['us-0']);
  });

  test("another namespace's are not for it", () => {
    expect(names([server('eu-0', 'eu', 'other')], wish())).toEqual([]);
  });

  test('participants are spread over the servers, and a server that goes concerns only those who had it', () => {
    const servers = Array.from({ length: 10 }, (_, index) => server(`eu-turn-${String(index)}`));
    const counts = new Map<string, number>();
    let moved = 0;
    for (let index = 0; index < 2_000; index += 1) {
      const wanted = wish({ participantId: `participant-${String(index)}` });
      const before = names(servers, wanted);
      for (const name of before) counts.set(name, (counts.get(name) ?? 0) + 1);
      const after = names(servers.slice(1), wanted);
      if (!before.includes('eu-turn-0')) expect(after).toEqual(before);
      else moved += 1;
    }
    // 400 on average.
    for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(100);
    expect(moved).toBe(counts.get('eu-turn-0'));
  });
});
