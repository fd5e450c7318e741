/** How a message carries its number: its sender counts for each label, over all channels that it sends it on. */

/** Of data channels whose messages are numbered. */
export const numberedProtocol = 'parley-numbered';

export type Payload = string | ArrayBuffer;

export interface Numbered {
  readonly number: number;
  readonly payload: Payload;
}

const headerBytes = 4;

/** Text stays text: the number stands in front of it. */
export function writeNumbered({ number, payload }: Numbered): Payload {
  if (typeof payload === 'string') return `${number}:${payload}`;
  const message = new Uint8Array(headerBytes + payload.byteLength);
  new DataView(message.buffer).setUint32(0, number);
  message.set(new Uint8Array(payload), headerBytes);
  return message.buffer;
}

/** Undefined for what is no numbered message. */
export function parseNumbered(message: Payload): Numbered | undefined {
  if (typeof message === 'string') {
    const [header, number] = /^(\d{1,10}):/.exec(message) ?? [];
    if (header === undefined) return undefined;
    return { number: Number(number), payload: message.slice(header.length) };
  }
  if (message.byteLength < headerBytes) return undefined;
  return { number: new DataView(message).getUint32(0), payload: message.slice(headerBytes) };
}
