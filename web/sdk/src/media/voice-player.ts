/**
 * Plays one voice without a gap. Who moves between nodes is heard over another track from then on: that one is played in silence beside
 * the first until it runs, and then takes its place at once.
 */

/** The part of an audio element that this needs. */
export type VoiceElement = Pick<
  HTMLAudioElement,
  'srcObject' | 'muted' | 'play' | 'setSinkId' | 'remove' | 'addEventListener'
>;

export interface VoicePlayer {
  /** What is heard from now on, or as soon as it runs. */
  play(track: MediaStreamTrack): void;
  /** Once more what the browser has held back, on a click. */
  start(): void;
  setSpeaker(speakerId: string): void;
  /** Silent, until something is played again. */
  close(): void;
}

export interface VoicePlayerOptions<E extends VoiceElement = HTMLAudioElement> {
  createElement(track: MediaStreamTrack): E;
  /** This one is heard now, and no other. */
  heard?(element: E, track: MediaStreamTrack): void;
  /** The browser plays sound after a click only. */
  blocked?(): void;
}

interface Playing<E> {
  readonly element: E;
  readonly track: MediaStreamTrack;
}

/** From an element that runs until its first samples are out of every buffer. */
const settleMs = 150;
/** One that doesn't run by then is heard all the same. */
const takeOverWithinMs = 1_500;

export function createVoicePlayer<E extends VoiceElement>(options: VoicePlayerOptions<E>): VoicePlayer {
  let current: Playing<E> | undefined;
  let next: (Playing<E> & { cancel(): void }) | undefined;
  let speaker: string | undefined;

  const open = (track: MediaStreamTrack, muted: boolean): Playing<E> => {
    const element = options.createElement(track);
    element.muted = muted;
    element.srcObject = new MediaStream([track]);
    if (speaker !== undefined) useSpeaker(element, speaker);
    run(element);
    return { element, track };
  };
  const run = (element: E): void => {
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') options.blocked?.();
    });
  };
  const hear = (playing: Playing<E>): void => {
    if (current !== undefined) end(current);
    current = playing;
    playing.element.muted = false;
    options.heard?.(playing.element, playing.track);
  };
  const dropNext = (): void => {
    if (next === undefined) return;
    next.cancel();
    end(next);
    next = undefined;
  };
  const prepare = (track: MediaStreamTrack, gone: MediaStreamTrack): void => {
    const playing = open(track, true);
    const takeOver = (): void => {
      if (next?.element !== playing.element) return;
      next.cancel();
      next = undefined;
      hear(playing);
    };
    const timers = [setTimeout(takeOver, takeOverWithinMs)];
    const running = (): void => {
      timers.push(setTimeout(takeOver, settleMs));
    };
    const cancel = (): void => {
      for (const timer of timers) clearTimeout(timer);
      gone.removeEventListener('ended', takeOver);
    };
    next = { ...playing, cancel };
    playing.element.addEventListener('playing', running, { once: true });
    gone.addEventListener('ended', takeOver);
  };

  return {
    play: (track) => {
      if (track === (next ?? current)?.track) return;
      dropNext();
      if (current?.track === track) return;
      if (current === undefined || current.track.readyState === 'ended') hear(open(track, false));
      else prepare(track, current.track);
    },
    start: () => {
      for (const playing of [current, next]) if (playing !== undefined) run(playing.element);
    },
    setSpeaker: (speakerId) => {
      speaker = speakerId;
      for (const playing of [current, next]) if (playing !== undefined) useSpeaker(playing.element, speakerId);
    },
    close: () => {
      dropNext();
      if (current !== undefined) end(current);
      current = undefined;
    },
  };
}

/** One that was unplugged meanwhile: the system's default goes on playing. */
function useSpeaker(element: VoiceElement, speakerId: string): void {
  element.setSinkId(speakerId).catch(() => undefined);
}

function end({ element }: Playing<VoiceElement>): void {
  element.muted = true;
  element.srcObject = null;
  element.remove();
}
