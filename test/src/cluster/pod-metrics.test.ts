import { expect, test } from 'vitest';
import { parseMetrics } from './pod-metrics.js';

test('samples are summed over the labels that are not asked for', () => {
  const metrics = parseMetrics(
    [
      '# HELP a x',
      '# TYPE a gauge',
      'a{kind="x",of="1"} 2',
      'a{kind="x",of="2"} 3.5',
      'a{kind="y"} 10',
      'b 1e3',
      'ab 7',
    ].join('\n'),
  );
  expect(metrics.sum('a', { kind: 'x' })).toBe(5.5);
  expect(metrics.sum('a')).toBe(15.5);
  expect(metrics.sum('b')).toBe(1_000);
  expect(metrics.sum('c')).toBe(0);
});
