/** Makes consumers, many at once; each succeeds or fails for itself. What is produced beyond a relay is made local first. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  MediaKind,
  type ConsumeErrorSchema,
  type ConsumeItem,
  type ConsumerLayers,
} from '@parley/proto/gen/parley/v1/media_pb.js';
import { RpcError } from '@parley/proto/rpc-error.js';
import { refusedByMedia } from '@parley/relay/media/media-json.js';
import type { types } from 'mediasoup';
import type { ConsumerHandle } from './consumer-handle.js';
import type { LocalParticipant } from './local-participant.js';
import type { NodeUsage } from './node-usage.js';
import type { OnceById } from './once-by-id.js';
import type { ParticipantMedia } from './participant-media.js';
import type { RemoteDemand } from './remote-demand.js';

export type ConsumeErrorInit = MessageInitShape<typeof ConsumeErrorSchema>;
export type ConsumeOutcome =
  | { readonly kind: 'Consumer'; readonly handle: ConsumerHandle }
  | { readonly kind: 'Error'; readonly error: ConsumeErrorInit };

/** A producer of the meeting, wherever it is. */
export interface ConsumableProducer {
  readonly id: string;
  /** Who sends it. */
  readonly participantId: string;
  readonly kind: MediaKind;
  readonly source: string;
  readonly remote: boolean;
}

export interface ConsumeDeps {
  readonly usage: NodeUsage;
  readonly nodeCapacity: number;
  readonly maxConsumers: number;
  readonly making: OnceById<ConsumeOutcome>;
  readonly find: (producerId: string) => ConsumableProducer | undefined;
  /** Makes a producer consumable on this room's router; resolves to its id there. */
  readonly ensureLocal: (producerId: string, signal: AbortSignal) => Promise<string>;
  readonly demand: RemoteDemand;
  readonly onMade: (handle: ConsumerHandle) => void;
}

/** Below signaling's patience with all that is asked for in one call: what is there is not to be lost for what is not. */
const ensureLocalMs = 2_000;

export function consume(participant: LocalParticipant, item: ConsumeItem, deps: ConsumeDeps): Promise<ConsumeOutcome> {
  const media = participant.requireMedia();
  const existing = media.consumers.get(item.consumerId);
  if (existing !== undefined) return Promise.resolve({ kind: 'Consumer', handle: existing });
  return deps.making.run(`${participant.id}/${item.consumerId}`, () =>
    admitConsumer(participant, item, { ...deps, media }),
  );
}

type MakeDeps = ConsumeDeps & { readonly media: ParticipantMedia };

async function admitConsumer(
  participant: LocalParticipant,
  item: ConsumeItem,
  deps: MakeDeps,
): Promise<ConsumeOutcome> {
  const producer = deps.find(item.producerId);
  if (producer === undefined) return refused('ProducerNotFound', `no producer ${item.producerId}`);
  const full = refusalByLimits(deps);
  if (full !== undefined) return full;
  // Counted in before the first await, so that a batch can't pass the limits together.
  deps.usage.consumers += 1;
  deps.media.making.consumers += 1;
  try {
    // Demand holds a remote producer here from now on, until the consumer itself does, or it is given up.
    if (producer.remote) deps.demand.set(producer.id, item, !item.unpaused);
    const outcome = await makeConsumer(participant, { item, producer }, deps);
    if (outcome.kind === 'Error') deps.usage.consumers -= 1;
    else deps.onMade(outcome.handle);
    return outcome;
  } finally {
    deps.demand.remove(producer.id, item);
    deps.media.making.consumers -= 1;
  }
}

interface Wish {
  readonly item: ConsumeItem;
  readonly producer: ConsumableProducer;
}

async function makeConsumer(participant: LocalParticipant, wish: Wish, deps: MakeDeps): Promise<ConsumeOutcome> {
  try {
    const here = await makeLocal(wish.producer.id, deps);
    if (here.kind === 'Error') return here;
    const handle = await open(participant, { ...wish, localId: here.localId }, deps.media);
    deps.media.addConsumer(handle);
    return { kind: 'Consumer', handle };
  } catch (error) {
    return outcomeOf(error, wish.producer, deps);
  }
}

function refusalByLimits({ usage, nodeCapacity, media, maxConsumers }: MakeDeps): ConsumeOutcome | undefined {
  if (usage.consumers >= nodeCapacity) return refused('NodeFull', `this node has ${nodeCapacity} consumers`);
  if (media.consumers.size + media.making.consumers >= maxConsumers) {
    return refused('NodeFull', `a participant has at most ${maxConsumers} consumers`);
  }
  return undefined;
}

async function makeLocal(
  producerId: string,
  deps: ConsumeDeps,
): Promise<{ readonly kind: 'Local'; readonly localId: string } | Extract<ConsumeOutcome, { kind: 'Error' }>> {
  try {
    return { kind: 'Local', localId: await deps.ensureLocal(producerId, AbortSignal.timeout(ensureLocalMs)) };
  } catch (error) {
    const { message } = RpcError.from(error);
    return deps.find(producerId) === undefined
      ? refused('ProducerNotFound', `producer ${producerId} was closed meanwhile`)
      : refused('RelayUnavailable', message);
  }
}

async function open(
  participant: LocalParticipant,
  what: Wish & { readonly localId: string },
  media: ParticipantMedia,
): Promise<ConsumerHandle> {
  const { item, producer, localId } = what;
  const { participantId: senderId, source } = producer;
  const common = { id: item.consumerId, producerId: producer.id, senderId, source };
  const paused = !item.unpaused;
  if (producer.kind === MediaKind.DATA) {
    const consumer = await media.receive.consumeData({ dataProducerId: localId, paused });
    return { ...common, kind: 'data', consumer };
  }
  const { rtpCapabilities } = participant;
  if (rtpCapabilities === undefined || !media.room.router.canConsume({ producerId: localId, rtpCapabilities })) {
    throw new CannotConsumeError(`the client's capabilities don't fit producer ${producer.id}`);
  }
  const preferredLayers = preferredLayersOf(item.preferredLayers);
  const consumer = await media.receive.consume({
    producerId: localId,
    rtpCapabilities,
    paused,
    ...(preferredLayers !== undefined && producer.kind === MediaKind.VIDEO && { preferredLayers }),
  });
  return { ...common, kind: 'media', consumer };
}

export function preferredLayersOf(layers: ConsumerLayers | undefined): types.ConsumerLayers | undefined {
  if (layers?.spatial === undefined) return undefined;
  return { spatialLayer: layers.spatial, ...(layers.temporal !== undefined && { temporalLayer: layers.temporal }) };
}

class CannotConsumeError extends Error {
  override readonly name = 'CannotConsumeError';
}

function outcomeOf(error: unknown, { id, remote }: ConsumableProducer, deps: MakeDeps): ConsumeOutcome {
  const { message } = refusedByMedia(error);
  if (deps.media.closed) return refused('CannotConsume', 'MediaReset: the transports are gone; join again');
  if (deps.find(id) === undefined) return refused('ProducerNotFound', message);
  // The copy that it was to be made of may have gone for another one.
  const mayComeYet = remote && !(error instanceof CannotConsumeError);
  return refused(mayComeYet ? 'RelayUnavailable' : 'CannotConsume', message);
}

function refused(code: string, message: string): Extract<ConsumeOutcome, { kind: 'Error' }> {
  return { kind: 'Error', error: { code, message } };
}
