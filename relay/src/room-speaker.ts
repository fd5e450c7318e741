/** Merges levels from here and beyond relays, and tells who speaks: at once when that changes, levels at most every 500 ms. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ActiveSpeakerSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import {
  audibleLevels,
  selectActiveSpeaker,
  silentState,
  type LevelSample,
  type SpeakerState,
} from './core/speaker/select-active-speaker.js';

export type ActiveSpeakerInit = MessageInitShape<typeof ActiveSpeakerSchema>;

const tickMs = 500;
const maxLevels = 5;

export class RoomSpeaker {
  readonly #tell: (speaker: ActiveSpeakerInit) => void;
  readonly #nowMs: () => number;
  #state: SpeakerState = silentState;
  #tick: NodeJS.Timeout | undefined;

  constructor(tell: (speaker: ActiveSpeakerInit) => void, nowMs: () => number) {
    this.#tell = tell;
    this.#nowMs = nowMs;
  }

  get current(): ActiveSpeakerInit {
    return {
      participantId: this.#state.speaker ?? '',
      levels: audibleLevels(this.#state, this.#nowMs(), maxLevels),
    };
  }

  hear(levels: readonly LevelSample[]): void {
    this.#update(levels, []);
    this.#tick ??= setInterval(() => this.#onTick(), tickMs);
  }

  forget(participantId: string): void {
    if (this.#state.heard.has(participantId)) this.#update([], [participantId]);
  }

  close(): void {
    clearInterval(this.#tick);
    this.#state = silentState;
  }

  #update(levels: readonly LevelSample[], gone: readonly string[]): void {
    const before = this.#state.speaker;
    this.#state = selectActiveSpeaker(this.#state, { nowMs: this.#nowMs(), levels, gone });
    if (this.#state.speaker !== before) this.#tell(this.current);
  }

  #onTick(): void {
    const before = this.#state.speaker;
    this.#update([], []);
    if (this.#state.speaker === before) this.#tell(this.current);
    if (this.#state.heard.size > 0) return;
    clearInterval(this.#tick);
    this.#tick = undefined;
  }
}
