import { expect, it, vi } from 'vitest';
import { createOnceById } from './once-by-id.js';

it('makes once what is asked for twice at the same time, and forgets it then', async () => {
  const once = createOnceById<number>();
  const make = vi.fn(() => Promise.resolve(7));
  expect(await Promise.all([once.run('a', make), once.run('a', make), once.run('b', make)])).toEqual([7, 7, 7]);
  expect(make).toHaveBeenCalledTimes(2);
  expect(once.size).toBe(0);
});

it('forgets a failure too', async () => {
  const once = createOnceById<number>();
  await expect(once.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await once.run('a', () => Promise.resolve(7))).toBe(7);
});
