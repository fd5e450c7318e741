import { routerCodecs } from '@parley/relay/media/router-codecs.js';
import type { types } from 'mediasoup';
import type { LiveWorker } from '../workers/live-worker.js';
import { AudioMeter, type LevelsListener } from './audio-meter.js';

/** One generation of a room's media: its router on a worker, and all that hangs on it. Gone with the worker. */
export class RoomMedia {
  readonly live: LiveWorker;
  readonly router: types.Router;
  readonly meter: AudioMeter;
  #closed = false;

  private constructor(live: LiveWorker, parts: { router: types.Router; onLevels: LevelsListener }) {
    this.live = live;
    this.router = parts.router;
    this.meter = new AudioMeter(parts.router, parts.onLevels);
    parts.router.observer.on('newtransport', (transport) => {
      live.transports.add(transport);
      transport.observer.once('close', () => live.transports.delete(transport));
    });
  }

  /** @param live counts this room already; no longer when this fails. */
  static async open(live: LiveWorker, onLevels: LevelsListener): Promise<RoomMedia> {
    try {
      const router = await live.worker.createRouter({ mediaCodecs: routerCodecs });
      return new RoomMedia(live, { router, onLevels });
    } catch (error) {
      live.rooms -= 1;
      throw error;
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.live.rooms -= 1;
    this.meter.close();
    this.router.close();
  }
}
