import { describe, expect, test } from 'vitest';
import { deltaOf, scoreQuality, worstQuality, type QualitySample } from './score-quality.js';

const aSample = (over: Partial<QualitySample> = {}): QualitySample => ({
  atMs: 0,
  packets: 0,
  packetsLost: 0,
  ...over,
});

describe('scoreQuality', () => {
  const cases: Record<string, [Partial<QualitySample>, string]> = {
    'nothing received is unknown': [{}, 'unknown'],
    'no loss is good': [{ packets: 1000 }, 'good'],
    'a little loss is good': [{ packets: 990, packetsLost: 10 }, 'good'],
    'loss above 2 % is fair': [{ packets: 970, packetsLost: 30 }, 'fair'],
    'loss above 8 % is poor': [{ packets: 900, packetsLost: 100 }, 'poor'],
    'everything lost is poor': [{ packets: 0, packetsLost: 100 }, 'poor'],
    'a long round trip is fair': [{ packets: 1000, roundTripMs: 300 }, 'fair'],
    'a very long round trip is poor': [{ packets: 1000, roundTripMs: 501 }, 'poor'],
    'jitter above 30 ms is fair': [{ packets: 1000, jitterMs: 40 }, 'fair'],
    'a freeze of a tenth of the time is fair': [{ packets: 1000, freezeMs: 200 }, 'fair'],
    'a video that was paused for a minute and goes on is good': [{ packets: 1000, freezeMs: 60_000 }, 'good'],
    'a freeze of half of the time is poor': [{ packets: 1000, freezeMs: 1000 }, 'poor'],
  };
  test.each(Object.entries(cases))('%s', (_, [later, quality]) => {
    expect(scoreQuality(deltaOf(aSample(), aSample({ atMs: 2000, ...later })))).toBe(quality);
  });
});

test('only what happened between the samples counts', () => {
  const earlier = aSample({ packets: 1000, packetsLost: 500, freezeMs: 5000 });
  const later = aSample({ atMs: 2000, packets: 2000, packetsLost: 500, freezeMs: 5000 });
  expect(deltaOf(earlier, later)).toMatchObject({ packets: 1000, lossRatio: 0, freezeRatio: 0 });
});

test('counters that went back count as nothing', () => {
  const delta = deltaOf(aSample({ packets: 1000, packetsLost: 9 }), aSample({ atMs: 2000, packets: 10 }));
  expect(delta).toMatchObject({ packets: 0, lossRatio: 0 });
});

test('the worst wins, and unknown never does', () => {
  expect(worstQuality(['good', 'poor', 'fair'])).toBe('poor');
  expect(worstQuality(['unknown', 'good'])).toBe('good');
  expect(worstQuality([])).toBe('unknown');
});
