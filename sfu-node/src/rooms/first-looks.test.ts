import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FirstLooks } from './first-looks.js';

let looks: FirstLooks;
let seen: string[];
const look = (who: string, producerId = 'camera'): void => {
  void looks.together(producerId).then(() => seen.push(who));
};

beforeEach(() => {
  vi.useFakeTimers();
  looks = new FirstLooks();
  seen = [];
});
afterEach(() => {
  vi.useRealTimers();
});

it('the first to look at something new are served together, and who comes after them at once', async () => {
  looks.begun('camera');
  await vi.advanceTimersByTimeAsync(300);
  look('ann');
  await vi.advanceTimersByTimeAsync(40);
  look('ben');
  expect(seen).toEqual([]);
  await vi.advanceTimersByTimeAsync(20);
  expect(seen).toEqual(['ann', 'ben']);
  look('cid');
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual(['ann', 'ben', 'cid']);
});

it('nobody waits for what has been sent for a while, or is not known', async () => {
  looks.begun('camera');
  await vi.advanceTimersByTimeAsync(1_500);
  look('ann');
  look('ben', 'other');
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual(['ann', 'ben']);
});
