/**
 * Data channels of this participant, one a label, opened with their first message. While it moves to another node it sends over both,
 * and numbers tell those who get a message twice.
 */
import type { DataProducer, Transport } from 'mediasoup-client/types';
import { numberedProtocol, writeNumbered, type Payload } from '../core/data/numbered.js';
import { ParleyError } from '../parley-error.js';

export class DataSender {
  readonly #numbers = new Map<string, number>();
  #producers = new Map<string, Promise<DataProducer>>();
  #earlier = new Map<string, Promise<DataProducer>>();
  #transport: Transport | undefined;

  /** Sends over this transport from now on, and over the one before for as long as that lasts. */
  attach(transport: Transport): void {
    this.#earlier = this.#producers;
    this.#producers = new Map();
    this.#transport = transport;
    // Before there is something to send, so that the others listen when there is.
    for (const label of this.#earlier.keys()) this.#producerOf(label).catch(() => undefined);
  }

  async send(label: string, payload: Payload): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined || transport.closed) throw new ParleyError('ConnectionLost');
    const number = this.#numbers.get(label) ?? 0;
    this.#numbers.set(label, number + 1);
    const message = writeNumbered({ number, payload });
    const earlier = this.#earlier.get(label);
    const ways = [...(earlier === undefined ? [] : [earlier]), this.#producerOf(label)];
    const sent = await Promise.allSettled(ways.map((way) => sendOver(way, message)));
    const last = sent.at(-1);
    if (last?.status === 'rejected' && sent.every(({ status }) => status === 'rejected')) throw last.reason;
  }

  #producerOf(label: string): Promise<DataProducer> {
    const transport = this.#transport;
    if (transport === undefined || transport.closed) return Promise.reject(new ParleyError('ConnectionLost'));
    const known = this.#producers.get(label);
    if (known !== undefined) return known;
    const made = transport.produceData({ label, protocol: numberedProtocol, ordered: true });
    this.#producers.set(label, made);
    made.catch(() => this.#producers.delete(label));
    return made;
  }
}

async function sendOver(way: Promise<DataProducer>, message: Payload): Promise<void> {
  const producer = await way;
  await untilOpen(producer);
  producer.send(message);
}

function untilOpen(producer: DataProducer): Promise<void> {
  if (producer.closed) return Promise.reject(new ParleyError('ConnectionLost'));
  if (producer.readyState === 'open') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new ParleyError('ConnectionLost'));
    producer.on('open', () => resolve());
    producer.on('close', fail);
    producer.on('transportclose', fail);
  });
}
