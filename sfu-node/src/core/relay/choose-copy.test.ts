import { expect, it } from 'vitest';
import { chooseCopy, chooseHolder, type Rank } from './choose-copy.js';

const ranks: Readonly<Record<string, Rank>> = { way: 2, staying: 1, other: 1, going: 0 };
const rankOf = (peer: string): Rank => ranks[peer] ?? 0;
const copy = (peer: string, localId = peer): { peer: string; localId: string } => ({ peer, localId });

it.each([
  ['by the way that the topology has', ['going', 'staying', 'way'], 'going', 'way'],
  ['else by a relay that stays', ['going', 'staying'], 'going', 'staying'],
  ['else by what there is', ['going'], undefined, 'going'],
  ['of equals by the one in use', ['other', 'staying'], 'staying', 'staying'],
  ['and otherwise by the first by name', ['staying', 'other'], undefined, 'other'],
  ['by none when nobody has it', [], undefined, undefined],
] as const)('a producer is asked for %s', (_, holders, current, chosen) => {
  expect(chooseHolder(holders, { rankOf, current })).toBe(chosen);
});

it('what comes by the better way is used, whenever it came; of equals the latest', () => {
  expect(chooseCopy([copy('way'), copy('going')], rankOf)).toEqual(copy('way'));
  expect(chooseCopy([copy('way', '1'), copy('way', '2')], rankOf)).toEqual(copy('way', '2'));
  expect(chooseCopy([], rankOf)).toBeUndefined();
});
