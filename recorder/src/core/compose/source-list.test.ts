import { expect, it } from 'vitest';
import { piecesOf } from './coverage.js';
import { concatListOf, sourceListOf } from './source-list.js';
import { segments } from './testing/manifests.js';

it('lists what is within a span, each at its time, and where one is cut', () => {
  const pieces = piecesOf(
    [...segments('t', 0, 12_000), ...segments('t', 10_500, 14_500, 'second'), ...segments('t', 20_000, 28_000)],
    60_000,
  );
  const list = sourceListOf(pieces, { fromMs: 5_000, untilMs: 22_000 });
  expect(list?.offsetMs).toBe(-1_000);
  expect(concatListOf(list?.entries ?? [], (key) => ({ path: `s/${key.split('/').at(-1) ?? ''}`, firstMs: 50 }))).toBe(
    `ffconcat version 1.0
file 's/4000-4000.mkv'
duration 4.000000
file 's/8000-4000.mkv'
outpoint 2.550000
duration 2.500000
file 's/10500-4000.mkv'
duration 9.500000
file 's/20000-4000.mkv'
`,
  );
});

it('is none where nothing is', () => {
  expect(sourceListOf(piecesOf(segments('t', 0, 8_000), 60_000), { fromMs: 8_000, untilMs: 9_000 })).toBeUndefined();
});
