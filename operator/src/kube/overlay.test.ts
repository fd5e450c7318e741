import { describe, expect, it } from 'vitest';
import { createObjectStore } from './object-store.js';
import { createOverlay } from './overlay.js';
import { createFakeClock } from './testing/fake-clock.js';

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly pool: string;
}
const aPod = (version: number, over: { pool?: string; uid?: string; name?: string } = {}): Pod => ({
  metadata: { name: over.name ?? 'a', uid: over.uid ?? 'uid-1', resourceVersion: String(version) },
  pool: over.pool ?? 'x',
});

function anOverlay() {
  const clock = createFakeClock();
  const indexes = { pool: (pod: Pod) => pod.pool };
  const cache = createObjectStore<Pod, 'pool'>(indexes);
  let seen = 10;
  const expired: string[] = [];
  const overlay = createOverlay<Pod, 'pool'>({
    below: { cache, seenVersion: () => String(seen) },
    indexes,
    clock,
    ttlMs: 1_000,
    onExpired: (key) => expired.push(key),
  });
  const see = (version: number): void => {
    seen = version;
  };
  return { overlay, cache, clock, see, expired };
}

describe('an overlay over a cache', () => {
  it('shows what was created before the cache does, also by index', () => {
    const { overlay, cache, see } = anOverlay();
    overlay.recordWritten(aPod(11));
    expect(overlay.get('a')).toEqual(aPod(11));
    expect(overlay.byIndex('pool', 'x')).toEqual([aPod(11)]);
    expect([...overlay.keys()]).toEqual(['a']);
    expect(overlay.size).toBe(1);
    cache.set('a', aPod(11));
    see(11);
    expect(overlay.byIndex('pool', 'x')).toEqual([aPod(11)]);
    expect(overlay.size).toBe(1);
  });

  it('shows a change in the place of what the cache still says', () => {
    const { overlay, cache } = anOverlay();
    cache.set('a', aPod(9));
    overlay.recordWritten(aPod(11, { pool: 'y' }));
    expect(overlay.byIndex('pool', 'x')).toEqual([]);
    expect(overlay.byIndex('pool', 'y')).toEqual([aPod(11, { pool: 'y' })]);
    expect([...overlay.indexValues('pool')]).toEqual(['y']);
    expect(overlay.size).toBe(1);
  });

  it('gives way to the cache once that has seen as much, even if it was deleted since', () => {
    const { overlay, cache, see } = anOverlay();
    overlay.recordWritten(aPod(11));
    cache.set('a', aPod(12, { pool: 'y' }));
    see(12);
    expect(overlay.get('a')).toEqual(aPod(12, { pool: 'y' }));
    overlay.recordWritten(aPod(13));
    cache.delete('a');
    see(14);
    expect(overlay.get('a')).toBeUndefined();
  });

  it('keeps the newer of two answers that came out of order', () => {
    const { overlay } = anOverlay();
    overlay.recordWritten(aPod(12, { pool: 'new' }));
    overlay.recordWritten(aPod(11, { pool: 'old' }));
    expect(overlay.get('a')?.pool).toBe('new');
  });

  it('hides what was deleted, though the cache shows it, or only comes to show it', () => {
    const { overlay, cache } = anOverlay();
    overlay.recordDeleted(aPod(9));
    cache.set('a', aPod(9));
    expect(overlay.get('a')).toBeUndefined();
    expect(overlay.byIndex('pool', 'x')).toEqual([]);
    expect(overlay.size).toBe(0);
    cache.set('a', aPod(12, { uid: 'uid-2' }));
    expect(overlay.get('a')).toEqual(aPod(12, { uid: 'uid-2' }));
  });

  it('gives up after its time, and says of which keys', async () => {
    const { overlay, cache, clock, expired } = anOverlay();
    cache.set('deleted', aPod(9, { name: 'deleted' }));
    cache.set('seen', aPod(9, { name: 'seen' }));
    overlay.recordWritten(aPod(11));
    overlay.recordDeleted(aPod(9, { name: 'deleted' }));
    overlay.recordDeleted(aPod(9, { name: 'seen' }));
    cache.delete('seen');
    await clock.advance(1_000);
    expect(overlay.get('a')).toBeUndefined();
    expect(overlay.get('deleted')).toBeDefined();
    expect(expired.sort()).toEqual(['a', 'deleted']);
    expect(clock.pendingTimers).toBe(0);
  });
});
