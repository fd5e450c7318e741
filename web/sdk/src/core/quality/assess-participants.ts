/** Each participant's connection quality, from two looks at the transports and from what their node says of what they send. */
import { deltaOf, scoreQuality, worstQuality, type Quality, type QualitySample } from './score-quality.js';

/** What one moment showed. */
export interface QualityLook {
  /** What this participant sends, all tracks together. */
  readonly sent: QualitySample;
  /** What comes from each other participant, by participant id. */
  readonly received: ReadonlyMap<string, QualitySample>;
}

export interface QualityWorld {
  readonly localId: string;
  readonly earlier: QualityLook;
  readonly later: QualityLook;
  /** By participant: mediasoup's producer scores (0 to 10), the worst of what they send. */
  readonly producerScores: ReadonlyMap<string, number>;
}

function qualityOfScore(score: number | undefined): Quality {
  if (score === undefined) return 'unknown';
  if (score >= 7) return 'good';
  return score >= 4 ? 'fair' : 'poor';
}

export function assessParticipants(world: QualityWorld): Map<string, Quality> {
  const { earlier, later } = world;
  const received = [...later.received].map(([id, sample]): [string, Quality] => {
    const before = earlier.received.get(id);
    const own = before === undefined ? 'unknown' : scoreQuality(deltaOf(before, sample));
    return [id, worstQuality([own, qualityOfScore(world.producerScores.get(id))])];
  });
  const down = [...later.received].map(([id, sample]): Quality => {
    const before = earlier.received.get(id);
    return before === undefined ? 'unknown' : scoreQuality(deltaOf(before, sample));
  });
  // One bad sender is that sender's problem; when everything arrives badly, it is ours.
  const judged = down.filter((quality) => quality !== 'unknown');
  const downAll = judged.reduce<Quality>((best, q) => (worstQuality([best, q]) === best ? q : best), 'poor');
  const up = scoreQuality(deltaOf(earlier.sent, later.sent));
  return new Map([...received, [world.localId, worstQuality([up, judged.length === 0 ? 'unknown' : downAll])]]);
}
