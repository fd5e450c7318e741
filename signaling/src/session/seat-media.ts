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
/** For what other nodes send once there is an answer to what one of them, or this one, does. */
const stragglerMs = 500;
/** Of so many each is asked for by a call of its own; of more, those of a node together. */
const maxSeparate = 24;
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
   * An outcome for each wish, in order. What comes from another node holds back the rest for `remoteWaitMs` at most, and hardly
   * where something else is there already: a node that is gone is not known to be at once, and whoever came back from it has sent
   * by it, too. What is late is undone, and can be asked for again.
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
  const consumeInTime = async (
    wishes: readonly ConsumeWish[],
    making: Promise<ConsumeOutcome[]>,
    overdue: Promise<undefined>,
  ): Promise<ConsumeOutcome[]> => {
    const outcomes = await Promise.race([making, overdue]);
    if (outcomes !== undefined) return outcomes;
    making.then(undo).catch(() => undefined);
    const error = new RequestFailure('RelayUnavailable', undefined, { retryAfterMs: 1_000 }).toRequestError();
    return wishes.map(({ producerId }) => ({ producerId, error }));
  };
  const nodeOfSender = ({ producerId }: ConsumeWish): string => {
    const owner = room.view.roster.producers.get(producerId)?.participantId;
    return (owner === undefined ? undefined : room.view.nodeOf(owner)) ?? room.placement.node;
  };

  return {
    room,
    seat,
    callOptions,
    consume: async (wishes, remoteWaitMs) => {
      const here = room.placement.node;
      const groupOf = (wish: ConsumeWish): string => {
        const node = nodeOfSender(wish);
        return node === here || wishes.length > maxSeparate ? node : wish.producerId;
      };
      const groups = [...Map.groupBy(wishes, groupOf)].map(([group, ofGroup]) => ({
        isHere: group === here,
        ofGroup,
        making: consumeNow(ofGroup),
      }));
      const call = lastCall(
        groups.map(({ making }) => making),
        remoteWaitMs,
      );
      const answers = await Promise.all(
        groups.map(({ isHere, ofGroup, making }) => (isHere ? making : consumeInTime(ofGroup, making, call.over))),
      ).finally(call.end);
      const outcomes = new Map(answers.flat().map((outcome) => [outcome.producerId, outcome]));
      return wishes.flatMap(({ producerId }) => outcomes.get(producerId) ?? []);
    },
  };
}

interface LastCall {
  readonly over: Promise<undefined>;
  /** It does not matter any more. */
  readonly end: () => void;
}

/** Resolves when what is not there yet is waited for no longer. */
function lastCall(makings: readonly Promise<unknown>[], atMostMs: number): LastCall {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const timers = [setTimeout(resolve, atMostMs, undefined)];
  let ended = false;
  Promise.any(makings).then(
    () => ended || timers.push(setTimeout(resolve, stragglerMs, undefined)),
    () => undefined,
  );
  return {
    over,
    end: () => {
      ended = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
