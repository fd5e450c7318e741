import { expect, test } from 'vitest';
import { initialsOf, tilesOf } from './tiles-of.js';

const aMedia = (source: string, over = {}) => ({
  producerId: source,
  kind: source === 'microphone' ? ('audio' as const) : ('video' as const),
  source,
  paused: false,
  track: source,
  ...over,
});
const aParticipant = (id: string, media: ReturnType<typeof aMedia>[]) => ({
  id,
  name: id,
  region: 'eu',
  joinedAtMs: 0,
  isLocal: false,
  quality: 'good' as const,
  media,
});

test('everybody has a tile, with a picture only while their camera is on', () => {
  const tiles = tilesOf([
    aParticipant('ann', [aMedia('camera'), aMedia('microphone')]),
    aParticipant('ben', [aMedia('camera', { paused: true })]),
  ]);
  expect(tiles.map(({ key, video, muted }) => [key, video?.track, muted])).toEqual([
    ['ann', 'camera', false],
    ['ben', undefined, true],
  ]);
});

test('a shared screen comes first, beside the tile of who shares it', () => {
  const tiles = tilesOf([aParticipant('ann', []), aParticipant('ben', [aMedia('screen')])]);
  expect(tiles.map(({ key }) => key)).toEqual(['ben-screen', 'ann', 'ben']);
});

test.each([
  ['Ann', 'A'],
  ['ann marie lee', 'AL'],
  ['  ', ''],
  ['Ömer Ñandú', 'ÖÑ'],
  ['🦊 fox', '🦊F'],
])('initials of %s', (name, initials) => expect(initialsOf(name)).toBe(initials));
