/** One participant of this node: who it is, which replica speaks for it, and its media, if any. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ParticipantSchema } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import type { types } from 'mediasoup';
import type { ParticipantMedia } from './participant-media.js';

export type ParticipantInit = MessageInitShape<typeof ParticipantSchema> & { readonly id: string };

export interface LocalParticipantOptions {
  readonly info: ParticipantInit;
  /** It was detached for its whole grace. */
  readonly onLost: (participant: LocalParticipant) => void;
}

export class LocalParticipant {
  readonly id: string;
  info: ParticipantInit;
  /** The client's, from its latest join that brought some. */
  rtpCapabilities: types.RtpCapabilities | undefined;
  signalingId = '';
  readonly #onLost: (participant: LocalParticipant) => void;
  #media: ParticipantMedia | undefined;
  #graceMs = 0;
  #detached: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: LocalParticipantOptions) {
    this.id = options.info.id;
    this.info = options.info;
    this.#onLost = options.onLost;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Undefined before it joined in this generation of the room. */
  get media(): ParticipantMedia | undefined {
    return this.#media?.closed === true ? undefined : this.#media;
  }

  /** @throws RpcError FAILED_PRECONDITION when the room's media was rebuilt since it joined. */
  requireMedia(): ParticipantMedia {
    const media = this.media;
    if (media === undefined) {
      throw new RpcError('FAILED_PRECONDITION', `MediaReset: participant ${this.id} has no transports; join again`);
    }
    return media;
  }

  replaceMedia(media: ParticipantMedia | undefined): void {
    this.#media?.close();
    this.#media = media;
  }

  /** Joins of one participant take turns: the second finds what the first made. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** @param watched whether the replica that speaks for it has a stream of the room's events now. */
  attach(signalingId: string, graceMs: number, watched: boolean): void {
    this.signalingId = signalingId;
    this.#graceMs = graceMs;
    this.setWatched(watched);
  }

  /** Without a replica that watches, it is lost after the grace. */
  setWatched(watched: boolean): void {
    clearTimeout(this.#detached);
    this.#detached =
      watched || this.#closed
        ? undefined
        : setTimeout(() => {
            this.#onLost(this);
          }, this.#graceMs);
  }

  /** Closes its transports, and with them all that it produces and consumes. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#detached);
    this.replaceMedia(undefined);
  }
}
