/** How far composing is: steps take unequal shares of the time. */

export const steps = ['Picture', 'Sound', 'Check', 'Tracks', 'Publish'] as const;
export type Step = (typeof steps)[number];

/** Of the time, about, where all are done. */
const weights: Readonly<Record<Step, number>> = { Picture: 75, Sound: 8, Check: 9, Tracks: 4, Publish: 4 };

/** @param wanted the steps that are done, in their order. @param share of the current one that is done. @returns whole percents, below 100. */
export function progressOf(wanted: readonly Step[], current: Step, share: number): number {
  const total = wanted.reduce((sum, step) => sum + weights[step], 0);
  const before = wanted.slice(0, wanted.indexOf(current)).reduce((sum, step) => sum + weights[step], 0);
  const done = before + weights[current] * Math.min(1, Math.max(0, share));
  return Math.min(99, Math.floor((100 * done) / total));
}
