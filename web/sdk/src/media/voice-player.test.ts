import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createVoicePlayer, type VoiceElement } from './voice-player.js';

interface FakeElement extends VoiceElement {
  readonly name: string;
  /** The browser has begun to play it. */
  run(): void;
}

const aTrack = (id: string): MediaStreamTrack => new FakeMediaStreamTrack({ kind: 'audio', id });

function aPlayer() {
  const elements: FakeElement[] = [];
  const player = createVoicePlayer({
    createElement: ({ id }): FakeElement => {
      let running = (): void => undefined;
      const element: FakeElement = {
        name: id,
        muted: false,
        srcObject: null,
        play: () => Promise.resolve(),
        setSinkId: () => Promise.resolve(),
        remove: () => undefined,
        addEventListener: (_: string, listener: unknown) => {
          running = listener as () => void;
        },
        run: () => running(),
      };
      elements.push(element);
      return element;
    },
  });
  const audible = (): string[] => elements.flatMap(({ name, muted }) => (muted ? [] : [name]));
  return { player, elements, audible };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', EventTarget);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a voice', () => {
  test('is heard from its first track at once, and from the next when that one runs; always from exactly one', () => {
    const { player, elements, audible } = aPlayer();
    player.play(aTrack('a'));
    expect(audible()).toEqual(['a']);
    player.play(aTrack('b'));
    vi.advanceTimersByTime(1_000);
    expect(audible()).toEqual(['a']);
    elements[1]?.run();
    vi.advanceTimersByTime(100);
    expect(audible()).toEqual(['a']);
    vi.advanceTimersByTime(100);
    expect(audible()).toEqual(['b']);
    expect(elements[0]?.srcObject).toBeNull();
  });

  test('is heard from the next one in any case when that does not run, or the first has ended', () => {
    const { player, audible } = aPlayer();
    const [a, b, c] = [aTrack('a'), aTrack('b'), aTrack('c')];
    player.play(a);
    player.play(b);
    vi.advanceTimersByTime(1_600);
    expect(audible()).toEqual(['b']);
    player.play(c);
    b.dispatchEvent(new Event('ended'));
    expect(audible()).toEqual(['c']);
  });

  test('may come back to the track that it was about to leave', () => {
    const { player, audible } = aPlayer();
    const a = aTrack('a');
    player.play(a);
    player.play(aTrack('b'));
    player.play(a);
    vi.advanceTimersByTime(5_000);
    expect(audible()).toEqual(['a']);
  });

  test('is silent when it is closed', () => {
    const { player, audible } = aPlayer();
    player.play(aTrack('a'));
    player.play(aTrack('b'));
    player.close();
    vi.advanceTimersByTime(5_000);
    expect(audible()).toEqual([]);
  });
});
