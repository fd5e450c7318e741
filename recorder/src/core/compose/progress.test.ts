import { expect, it } from 'vitest';
import { progressOf } from './progress.js';

it('grows with what is done of the steps that are wanted, and never says that all is', () => {
  const wanted = ['Picture', 'Sound', 'Check', 'Publish'] as const;
  expect(progressOf(wanted, 'Picture', 0)).toBe(0);
  expect(progressOf(wanted, 'Picture', 0.5)).toBe(39);
  expect(progressOf(wanted, 'Sound', 0)).toBe(78);
  expect(progressOf(wanted, 'Publish', 1)).toBe(99);
  expect(progressOf(['Tracks'], 'Tracks', 0.25)).toBe(25);
});
