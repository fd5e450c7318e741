/** Audio levels of a room's own microphones. The observer (a timer in the worker) exists only while there is a microphone. */
import type { LevelSample } from '@parley/relay/core/speaker/select-active-speaker.js';
import type { types } from 'mediasoup';

/** What is loud enough to be speech now, by participant; called every interval while anything is. */
export type LevelsListener = (levels: LevelSample[]) => void;

const intervalMs = 250;
const thresholdDbov = -60;
const maxEntries = 5;

export class AudioMeter {
  readonly #router: types.Router;
  readonly #onLevels: LevelsListener;
  readonly #participants = new Map<string, string>();
  #observer: Promise<types.AudioLevelObserver> | undefined;

  constructor(router: types.Router, onLevels: LevelsListener) {
    this.#router = router;
    this.#onLevels = onLevels;
  }

  async add(producer: types.Producer, participantId: string): Promise<void> {
    this.#participants.set(producer.id, participantId);
    producer.observer.once('close', () => this.#remove(producer.id));
    this.#observer ??= this.#observe();
    const observer = await this.#observer;
    if (observer.closed || producer.closed) return;
    await observer.addProducer({ producerId: producer.id });
  }

  close(): void {
    this.#participants.clear();
    this.#closeObserver();
  }

  #remove(producerId: string): void {
    this.#participants.delete(producerId);
    if (this.#participants.size === 0) this.#closeObserver();
  }

  async #observe(): Promise<types.AudioLevelObserver> {
    const observer = await this.#router.createAudioLevelObserver({
      interval: intervalMs,
      threshold: thresholdDbov,
      maxEntries,
    });
    observer.on('volumes', (volumes) => {
      const levels = volumes.flatMap(({ producer, volume }) => {
        const participantId = this.#participants.get(producer.id);
        return participantId === undefined ? [] : [{ participantId, dbov: volume }];
      });
      if (levels.length > 0) this.#onLevels(levels);
    });
    return observer;
  }

  #closeObserver(): void {
    const closing = this.#observer;
    this.#observer = undefined;
    closing?.then(
      (observer) => observer.close(),
      () => undefined,
    );
  }
}
