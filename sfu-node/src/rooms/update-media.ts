/** Pausing, closing and tuning what a participant produces and consumes; many in one call. */
import type { ConsumerUpdate, ProducerUpdate } from '@parley/proto/gen/parley/v1/media_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { refusedByMedia } from '@parley/relay/media/media-json.js';
import { preferredLayersOf } from './consume.js';
import type { ConsumerHandle } from './consumer-handle.js';
import type { LocalParticipant } from './local-participant.js';
import { settleDemand } from './participant-events.js';
import { describeProducer } from './producer-handle.js';
import type { Room } from './room.js';

/** Closing one that is closed already is no error; pausing it is. */
export async function updateProducers(
  room: Room,
  participant: LocalParticipant,
  updates: readonly ProducerUpdate[],
): Promise<void> {
  const media = participant.requireMedia();
  await Promise.all(
    updates.map(async ({ producerId, change }) => {
      const handle = media.producers.get(producerId);
      if (change.case === 'closed') {
        if (change.value) handle?.producer.close();
        return;
      }
      if (handle === undefined) throw new RpcError('NOT_FOUND', `no producer ${producerId}`);
      if (change.case !== 'paused' || handle.producer.paused === change.value) return;
      await (change.value ? handle.producer.pause() : handle.producer.resume()).catch(refuse);
      if (!handle.producer.closed) room.roster.upsertProducer(describeProducer(handle, participant.id));
    }),
  );
}

/** @returns the ids of consumers that are no more. */
export async function updateConsumers(
  room: Room,
  participant: LocalParticipant,
  updates: readonly ConsumerUpdate[],
): Promise<string[]> {
  const media = participant.requireMedia();
  const missing = await Promise.all(
    updates.map(async (update) => {
      const handle = media.consumers.get(update.consumerId);
      if (handle !== undefined) await updateConsumer(room, handle, update);
      return handle === undefined || (handle.consumer.closed && update.closed !== true) ? [update.consumerId] : [];
    }),
  );
  return missing.flat();
}

async function updateConsumer(room: Room, handle: ConsumerHandle, update: ConsumerUpdate): Promise<void> {
  const { consumer } = handle;
  if (update.closed === true) {
    consumer.close();
    return;
  }
  try {
    // Layers first: a consumer that resumes begins at the right one.
    if (handle.kind === 'media') await tune(handle, update);
    if (update.paused !== undefined && update.paused !== consumer.paused) {
      if (!update.paused && isFirstLook(room, handle)) await room.firstLooks.together(handle.producerId);
      await (update.paused ? consumer.pause() : consumer.resume());
      settleDemand(room, handle);
    }
    if (update.requestKeyFrame === true && handle.kind === 'media') await handle.consumer.requestKeyFrame();
  } catch (error) {
    if (!consumer.closed) throw refusedByMedia(error);
  }
}

/** Of two people nobody else looks. */
function isFirstLook(room: Room, handle: ConsumerHandle): boolean {
  return handle.kind === 'media' && handle.consumer.kind === 'video' && room.roster.participants().length > 2;
}

async function tune(handle: ConsumerHandle & { kind: 'media' }, update: ConsumerUpdate): Promise<void> {
  const { consumer } = handle;
  const layers = preferredLayersOf(update.preferredLayers);
  if (layers !== undefined && consumer.kind === 'video') await consumer.setPreferredLayers(layers);
  if (update.priority !== undefined && update.priority !== consumer.priority)
    await consumer.setPriority(update.priority);
}

function refuse(error: unknown): never {
  throw refusedByMedia(error);
}
