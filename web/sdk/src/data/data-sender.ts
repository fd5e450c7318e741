/** Data channels of this participant, one a label, opened with their first message. */
import type { DataProducer, Transport } from 'mediasoup-client/types';
import { ParleyError } from '../parley-error.js';

export class DataSender {
  readonly #producers = new Map<string, Promise<DataProducer>>();
  #transport: Transport | undefined;

  attach(transport: Transport): void {
    this.#producers.clear();
    this.#transport = transport;
  }

  async send(label: string, payload: string | ArrayBuffer): Promise<void> {
    const producer = await this.#producerOf(label);
    await untilOpen(producer);
    producer.send(payload);
  }

  #producerOf(label: string): Promise<DataProducer> {
    const transport = this.#transport;
    if (transport === undefined || transport.closed) return Promise.reject(new ParleyError('ConnectionLost'));
    const known = this.#producers.get(label);
    if (known !== undefined) return known;
    const made = transport.produceData({ label, ordered: true });
    this.#producers.set(label, made);
    made.catch(() => this.#producers.delete(label));
    return made;
  }
}

function untilOpen(producer: DataProducer): Promise<void> {
  if (producer.readyState === 'open') return Promise.resolve();
  return new Promise((resolve, reject) => {
    producer.on('open', () => resolve());
    producer.on('close', () => reject(new ParleyError('ConnectionLost')));
    producer.on('transportclose', () => reject(new ParleyError('ConnectionLost')));
  });
}
