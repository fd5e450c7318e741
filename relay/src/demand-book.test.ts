import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DemandBook } from './demand-book.js';

const lingerMs = 1_000;
let told = 0;
let book: DemandBook;

beforeEach(() => {
  vi.useFakeTimers();
  told = 0;
  book = new DemandBook(lingerMs, () => (told += 1));
});
afterEach(() => {
  book.close();
  vi.useRealTimers();
});

const wanted = (): object => Object.fromEntries(book.wanted());

describe('what is wanted of a producer beyond a relay', () => {
  it('flows while anybody watches, here or beyond', () => {
    book.setOwn('camera', 'Paused');
    expect(wanted()).toEqual({ camera: { paused: true } });
    book.setPeer('leaf', new Map([['camera', { paused: false }]]));
    expect(wanted()).toEqual({ camera: { paused: false } });
    book.setPeer('leaf', new Map());
    expect(wanted()).toEqual({ camera: { paused: true } });
  });

  it('is paused at once when the last consumer goes, and let go of after a while', () => {
    book.setOwn('camera', 'Active');
    book.setOwn('camera', 'None');
    expect(wanted()).toEqual({ camera: { paused: true } });
    vi.advanceTimersByTime(lingerMs - 1);
    expect(wanted()).toEqual({ camera: { paused: true } });
    vi.advanceTimersByTime(1);
    expect(wanted()).toEqual({});
  });

  it('is kept for who comes back in time', () => {
    book.setOwn('camera', 'None');
    vi.advanceTimersByTime(lingerMs / 2);
    book.setOwn('camera', 'Active');
    vi.advanceTimersByTime(lingerMs);
    expect(wanted()).toEqual({ camera: { paused: false } });
  });

  it('does not linger for a node beyond: that one has lingered already', () => {
    book.setPeer('leaf', new Map([['camera', { paused: false }]]));
    book.setPeer('leaf', new Map());
    expect(wanted()).toEqual({});
  });

  it('is held for a consumer that is about to come, but does not flow', () => {
    book.hold('camera');
    expect(wanted()).toEqual({ camera: { paused: true } });
    vi.advanceTimersByTime(lingerMs);
    expect(wanted()).toEqual({});
  });

  it('is told once for all that changed together', () => {
    for (const id of ['camera', 'microphone', 'screen']) book.setOwn(id, 'Active');
    vi.runAllTicks();
    vi.advanceTimersToNextTimer();
    expect(told).toBe(1);
  });
});
