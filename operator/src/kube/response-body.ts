import type { IncomingMessage } from 'node:http';
import type { Clock } from './clock.js';
import { KubeError } from './kube-error.js';

const NEWLINE = 0x0a;

/** The whole body as text. Throws KubeError `TooLarge`, or why it broke. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(response)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new KubeError('TooLarge', `the answer is larger than ${String(maxBytes)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export interface LineLimits {
  readonly maxLineBytes: number;
  readonly idleDeadlineMs: number;
  readonly clock: Clock;
}

/** The body line by line. Throws KubeError: `Timeout` for silence, `Truncated` for an end in the middle of a line. */
export async function* readLines(response: IncomingMessage, limits: LineLimits): AsyncGenerator<string, void> {
  const partial = createLineBuffer(limits.maxLineBytes);
  const chunks = chunksOf(response)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const cancelIdle = limits.clock.after(limits.idleDeadlineMs, () => {
        response.destroy(new KubeError('Timeout', 'the watch has been silent for too long'));
      });
      const next = await chunks.next().finally(cancelIdle);
      if (next.done === true) break;
      yield* partial.linesOf(next.value);
    }
  } finally {
    response.destroy();
  }
  if (partial.bytes() > 0) throw new KubeError('Truncated', 'the watch ended in the middle of an event');
}

interface LineBuffer {
  linesOf(chunk: Buffer): Generator<string, void>;
  bytes(): number;
}

/** Joins what chunks have cut; looks at each byte once. */
function createLineBuffer(maxLineBytes: number): LineBuffer {
  let parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > maxLineBytes) throw new KubeError('TooLarge', `an event is larger than ${String(maxLineBytes)} bytes`);
    if (part.length > 0) parts.push(part);
  };
  return {
    bytes: () => bytes,
    linesOf: function* (chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        const line = Buffer.concat(parts, bytes).toString('utf8');
        parts = [];
        bytes = 0;
        start = end + 1;
        if (line !== '') yield line;
      }
      keep(chunk.subarray(start));
    },
  };
}

/** Node's own iteration, with its errors converted; it hands out nothing but Buffers, as no encoding is set. */
async function* chunksOf(response: IncomingMessage): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of response) {
      if (chunk instanceof Buffer) yield chunk;
    }
  } catch (error) {
    throw KubeError.from(error);
  }
}
