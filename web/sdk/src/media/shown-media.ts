/**
 * Which of what is received is shown and heard. Whoever moves between nodes, or whose sender does, or whose node gets it by another
 * path, receives the same twice for a moment: what is there stays until what takes its place has arrived.
 */
import type { Consumer, DataConsumer } from 'mediasoup-client/types';
import type { Clock } from '../clock.js';
import type { Reception } from './subscriber.js';

interface Shown extends Pick<Reception, 'options' | 'participantId'> {
  readonly consumer: Consumer;
}

/** What takes the place of something is waited for so long at most. */
const arriveWithinMs = 3_000;

export class ShownMedia {
  readonly #clock: Clock;
  readonly #changed: () => void;
  /** By producer. */
  readonly #shown = new Map<string, Shown>();
  readonly #awaited = new Set<() => void>();

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** By producer. */
  get tracks(): ReadonlyMap<string, MediaStreamTrack> {
    return new Map([...this.#shown].map(([producerId, { consumer }]) => [producerId, consumer.track]));
  }

  add(reception: Shown): void {
    const show = (): void => {
      if (reception.consumer.closed) return;
      this.#shown.set(reception.options.producerId, reception);
      this.#changed();
    };
    if (this.#takesAPlace(reception)) this.#whenArrived(reception.consumer.track, show);
    else show();
  }

  remove(producerId: string, consumer: unknown): void {
    if (this.#shown.get(producerId)?.consumer !== consumer) return;
    this.#shown.delete(producerId);
    this.#changed();
  }

  /** Resolves when something of each has arrived, and in any case after a while. */
  async allFlowing(receptions: readonly Reception[]): Promise<void> {
    const arrivals = receptions.map(
      ({ consumer }) =>
        new Promise<void>((resolve) => {
          if ('track' in consumer) this.#whenArrived(consumer.track, resolve);
          else this.#whenOpen(consumer, resolve);
        }),
    );
    await Promise.all(arrivals);
  }

  close(): void {
    for (const cancel of this.#awaited) cancel();
    this.#awaited.clear();
  }

  /** Whether the same is shown by now: over another transport, or sent from another node. */
  #takesAPlace({ options, participantId }: Shown): boolean {
    if (options.producerPaused) return false;
    return [...this.#shown.values()].some(
      (shown) =>
        shown.options.producerId === options.producerId ||
        (shown.participantId === participantId && shown.options.source === options.source),
    );
  }

  /** A remote track is muted until its first packet. */
  #whenArrived(track: MediaStreamTrack, callback: () => void): void {
    if (!track.muted) {
      callback();
      return;
    }
    const stop = (): void => track.removeEventListener('unmute', arrived);
    const arrived = this.#onceInTime(stop, callback);
    track.addEventListener('unmute', arrived);
  }

  #whenOpen(consumer: DataConsumer, callback: () => void): void {
    if (consumer.readyState === 'open') {
      callback();
      return;
    }
    const stop = (): unknown => consumer.off('open', opened);
    const opened = this.#onceInTime(stop, callback);
    consumer.on('open', opened);
  }

  /** What is to be called when something has come; after a while it is called in any case. */
  #onceInTime(stop: () => void, callback: () => void): () => void {
    const cancel = (): void => {
      cancelTimer();
      stop();
      this.#awaited.delete(cancel);
    };
    const come = (): void => {
      cancel();
      callback();
    };
    const cancelTimer = this.#clock.after(arriveWithinMs, come);
    this.#awaited.add(cancel);
    return come;
  }
}
