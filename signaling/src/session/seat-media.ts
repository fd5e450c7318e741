/** The node's Media service for one participant in one room: ids, deadlines and traces are filled in. */
import { randomUUID } from 'node:crypto';
import type { CallOptions } from '@parley/proto/rpc-client.js';
import { traceHeaders } from '@parley/process/tracing.js';
import { consumerOf } from '../nodes/media-messages.js';
import type { Room } from '../nodes/room.js';
import { isErrorCode } from '../protocol/error-codes.js';
import type { Layers } from '../protocol/media-parameters.js';
import type { ConsumeOutcome } from '../protocol/responses.js';
import { RequestFailure } from '../request-failure.js';

const callDeadlineMs = 3_000;
/** Above the node's own limit for making a producer beyond a relay local. */
const consumeDeadlineMs = 5_000;

export interface ConsumeWish {
  readonly producerId: string;
  readonly preferredLayers?: Layers;
  readonly paused: boolean;
}

export interface SeatMedia {
  readonly room: Room;
  /** Fields that each request to the node begins with. */
  readonly seat: { readonly meetingId: string; readonly participantId: string };
  callOptions(): CallOptions;
  /**
   * An outcome for each wish, in order. What comes over a relay can't hold back what is on this node for longer than
   * `remoteWaitMs`; what is late is undone, and can be asked for again.
   */
  consume(wishes: readonly ConsumeWish[], remoteWaitMs: number): Promise<ConsumeOutcome[]>;
}

export function createSeatMedia(room: Room, participantId: string): SeatMedia {
  const seat = { meetingId: room.meetingId, participantId };
  const callOptions = (): CallOptions => ({ deadlineMs: callDeadlineMs, metadata: traceHeaders() });

  const consumeNow = async (wishes: readonly ConsumeWish[]): Promise<ConsumeOutcome[]> => {
    if (wishes.length === 0) return [];
    const items = wishes.map(({ producerId, preferredLayers, paused }) => ({
      consumerId: randomUUID(),
      producerId,
      unpaused: !paused,
      ...(preferredLayers !== undefined && { preferredLayers }),
    }));
    const options = { ...callOptions(), deadlineMs: consumeDeadlineMs };
    const { results } = await room.media.consume({ ...seat, items }, options);
    return results.map(({ producerId, outcome }): ConsumeOutcome => {
      if (outcome.case === 'consumer') return { producerId, consumer: consumerOf(outcome.value) };
      const code = outcome.value?.code ?? '';
      return { producerId, error: new RequestFailure(isErrorCode(code) ? code : 'Internal').toRequestError() };
    });
  };
  const undo = async (late: readonly ConsumeOutcome[]): Promise<void> => {
    const updates = late.flatMap((outcome) =>
      'consumer' in outcome ? [{ consumerId: outcome.consumer.id, closed: true }] : [],
    );
    if (updates.length > 0) await room.media.updateConsumers({ ...seat, updates }, callOptions());
  };
  const consumeInTime = async (wishes: readonly ConsumeWish[], waitMs: number): Promise<ConsumeOutcome[]> => {
    if (wishes.length === 0) return [];
    const making = consumeNow(wishes);
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, waitMs, undefined);
    });
    const outcomes = await Promise.race([making, overdue]).finally(() => {
      clearTimeout(timer);
    });
    if (outcomes !== undefined) return outcomes;
    making.then(undo).catch(() => undefined);
    const error = new RequestFailure('RelayUnavailable', undefined, { retryAfterMs: 1_000 }).toRequestError();
    return wishes.map(({ producerId }) => ({ producerId, error }));
  };

  return {
    room,
    seat,
    callOptions,
    consume: async (wishes, remoteWaitMs) => {
      const isRemote = ({ producerId }: ConsumeWish): boolean => {
        const owner = room.view.roster.producers.get(producerId)?.participantId;
        const node = owner === undefined ? undefined : room.view.nodeOf(owner);
        return node !== undefined && node !== room.placement.node;
      };
      const [local, remote] = await Promise.all([
        consumeNow(wishes.filter((wish) => !isRemote(wish))),
        consumeInTime(wishes.filter(isRemote), remoteWaitMs),
      ]);
      const outcomes = new Map([...local, ...remote].map((outcome) => [outcome.producerId, outcome]));
      return wishes.flatMap(({ producerId }) => outcomes.get(producerId) ?? []);
    },
  };
}
