import { describe, expect, it } from 'vitest';
import { atOnce } from './at-once.js';

describe('so many at once', () => {
  it('works on every item, in order, and never on more than the limit', async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await atOnce(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      begun.push(item);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('begins no other after a failure, and fails when what was begun has ended', async () => {
    const ended: number[] = [];
    const working = atOnce(2, [1, 2, 3, 4], async (item) => {
      if (item === 1) throw new Error('the first');
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(item);
    });
    await expect(working).rejects.toThrow('the first');
    expect(ended).toEqual([2]);
  });
});
