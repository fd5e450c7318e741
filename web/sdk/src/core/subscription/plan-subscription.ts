/** From what should be received and what is, the fewest messages that make one the other. */
import { sameChoice, type LayerChoice } from '../layers/select-layers.js';

/** `Full`: whatever the bandwidth allows. */
export type Delivery = LayerChoice | { readonly kind: 'Full' };

export interface WantedMedia {
  readonly producerId: string;
  readonly delivery: Delivery;
}

export interface ConsumerState {
  readonly consumerId: string;
  readonly producerId: string;
  /** What the server was last asked for. */
  readonly asked: Delivery;
}

export interface SubscriptionWorld {
  readonly wanted: readonly WantedMedia[];
  readonly consumers: readonly ConsumerState[];
  /** Producers not to be asked for now: already being asked for, refused, or to be tried again later. */
  readonly held: ReadonlySet<string>;
  /** Of consume items, and of update items, in one message. */
  readonly batchLimit: number;
}

interface Layers {
  readonly spatial: number;
  readonly temporal: number;
}

export interface ConsumerUpdate {
  readonly consumerId: string;
  readonly paused?: boolean;
  readonly preferredLayers?: Layers;
  readonly closed?: true;
}

export interface PlannedUpdate {
  readonly update: ConsumerUpdate;
  /** What it asks for; undefined when it closes. */
  readonly delivery: Delivery | undefined;
}

export interface SubscriptionPlan {
  /** Producers to make consumers of, paused until they can be played. */
  readonly consume: readonly string[];
  readonly updates: readonly PlannedUpdate[];
}

/** Layer numbers beyond any ladder: mediasoup takes the best that there is. */
const everything: Layers = { spatial: 9, temporal: 9 };

function sameDelivery(a: Delivery, b: Delivery): boolean {
  if (a.kind === 'Full' || b.kind === 'Full') return a.kind === b.kind;
  return sameChoice(a, b);
}

function updateOf(consumer: ConsumerState, delivery: Delivery): ConsumerUpdate {
  const { consumerId, asked } = consumer;
  if (delivery.kind === 'Paused') return { consumerId, paused: true };
  const resume = asked.kind === 'Paused' ? { paused: false } : {};
  if (delivery.kind === 'Layers') {
    return { consumerId, ...resume, preferredLayers: { spatial: delivery.spatial, temporal: delivery.temporal } };
  }
  return asked.kind === 'Layers' ? { consumerId, ...resume, preferredLayers: everything } : { consumerId, ...resume };
}

export function planSubscription(world: SubscriptionWorld): SubscriptionPlan {
  const wanted = new Map(world.wanted.map(({ producerId, delivery }) => [producerId, delivery]));
  const consumed = new Set(world.consumers.map(({ producerId }) => producerId));
  const updates = world.consumers.flatMap((consumer): PlannedUpdate[] => {
    const delivery = wanted.get(consumer.producerId);
    if (delivery === undefined) {
      return [{ update: { consumerId: consumer.consumerId, closed: true }, delivery }];
    }
    if (sameDelivery(consumer.asked, delivery)) return [];
    return [{ update: updateOf(consumer, delivery), delivery }];
  });
  const consume = [...wanted]
    .filter(([producerId, delivery]) => {
      return delivery.kind !== 'Paused' && !consumed.has(producerId) && !world.held.has(producerId);
    })
    .map(([producerId]) => producerId);
  return { consume: consume.slice(0, world.batchLimit), updates: updates.slice(0, world.batchLimit) };
}
