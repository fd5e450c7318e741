import { expect, test } from 'vitest';
import { drawBarCharts } from './bar-charts.js';
import { drawLineChart } from './line-chart.js';
import { roundUp } from './svg.js';

test('a line chart says in words what it shows', () => {
  const picture = drawLineChart({
    title: 'Hot & bothered',
    unit: 'people',
    lines: [
      { title: 'ours', values: [0, 5] },
      { title: 'theirs', values: [10, 20] },
    ],
  });
  expect(picture).toContain('<title id="title">Hot &amp; bothered</title>');
  expect(picture).toContain('ours: up to 5; theirs: up to 20.');
  expect(picture.match(/<polyline/g)).toHaveLength(2);
});

test('a line lies between the axes', () => {
  const picture = drawLineChart({ title: 't', unit: 'u', lines: [{ title: 'a', values: [0, 40] }] });
  expect(picture).toContain('points="234,320 574,72"');
});

test('bars have their values beside them, and in words', () => {
  const picture = drawBarCharts('totals', [{ title: 'nodes', bars: [{ title: 'ours', value: 1_234 }] }]);
  expect(picture).toContain('<desc id="desc">nodes: ours 1,230.</desc>');
});

test.each([
  [0, 1],
  [0.03, 0.04],
  [11, 20],
  [25, 25],
  [401, 500],
])('an axis for %d ends at %d', (value, end) => {
  expect(roundUp(value)).toBeCloseTo(end);
});
