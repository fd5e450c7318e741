import { expect, it } from 'vitest';
import type { TimelineEvent } from '../../format/recording.js';
import { heldSpeakers } from './active-speaker.js';
import { speaks } from './testing/manifests.js';

it.each<[string, TimelineEvent[], [number, string][]]>([
  ['the first is shown at once', [speaks(500, 'ada')], [[500, 'ada']]],
  [
    'another waits until the first was shown for two seconds',
    [speaks(0, 'ada'), speaks(1_500, 'bo')],
    [
      [0, 'ada'],
      [2_000, 'bo'],
    ],
  ],
  ['a word within that time is passed over', [speaks(0, 'ada'), speaks(500, 'bo'), speaks(1_000, 'ada')], [[0, 'ada']]],
  ['so is one that silence follows', [speaks(0, 'ada'), speaks(500, 'bo'), speaks(1_000)], [[0, 'ada']]],
  [
    'in silence the last one stays',
    [speaks(0, 'ada'), speaks(5_000), speaks(9_000, 'bo')],
    [
      [0, 'ada'],
      [9_000, 'bo'],
    ],
  ],
])('%s', (_, events, expected) => {
  expect(heldSpeakers(events).map(({ fromMs, participantId }) => [fromMs, participantId])).toEqual(expected);
});
