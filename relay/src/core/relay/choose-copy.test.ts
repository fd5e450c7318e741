import { expect, it } from 'vitest';
import { chooseCopy, chooseHolder, type Copy, type Rank } from './choose-copy.js';

const ranks: Readonly<Record<string, Rank>> = { way: 2, staying: 1, other: 1, going: 0 };
const rankOf = (peer: string): Rank => ranks[peer] ?? 0;
const copy = (peer: string, localId = peer): Copy => ({ peer, localId, via: [peer] });

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

it.each([
  ['the topology’s way comes first, whenever it came', [copy('way'), copy('going')], 'going', 'way'],
  ['of one way the latest', [copy('way', '1'), copy('way', '2')], undefined, '2'],
  ['no relay that goes is left for another', [copy('going'), copy('staying')], 'going', 'going'],
  ['but for a later copy by the same', [copy('going', '1'), copy('staying'), copy('going', '2')], 'going', '2'],
  ['what there is, when the one in use has gone', [copy('going')], 'other', 'going'],
  ['none when there is none', [], undefined, undefined],
] as const)('of the copies is used: %s', (_, copies, current, chosen) => {
  expect(chooseCopy(copies, { rankOf, current })?.localId).toBe(chosen);
});
