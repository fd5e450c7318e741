import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KubeError } from './kube-error.js';
import { readBody, readLines } from './response-body.js';
import { createFakeClock } from './testing/fake-clock.js';

/** An answer whose body comes in these chunks; the last undefined leaves it open. */
function anAnswer(chunks: readonly (Buffer | undefined)[]): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  for (const chunk of chunks) if (chunk !== undefined) message.push(chunk);
  if (chunks.at(-1) !== undefined || chunks.length === 0) message.push(null);
  return message;
}
const limits = { maxLineBytes: 1_000, idleDeadlineMs: 1_000, clock: createFakeClock() };
async function linesOf(answer: IncomingMessage, over: Partial<typeof limits> = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(answer, { ...limits, ...over })) lines.push(line);
  return lines;
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof KubeError ? error.code : String(error)),
  );

describe('lines of a body', () => {
  it('are the same however the network cuts them, also inside a character', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', minLength: 1 }).filter((line) => !line.includes('\n'))),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (lines, sizes) => {
          const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const chunks: Buffer[] = [];
          for (let start = 0, n = 0; start < body.length; n++) {
            const size = sizes[n % sizes.length]!;
            chunks.push(body.subarray(start, start + size));
            start += size;
          }
          const expected = lines.map((line) => Buffer.from(line).toString());
          expect(await linesOf(anAnswer(chunks))).toEqual(expected);
        },
      ),
    );
  });

  it('that end in the middle are truncated', async () => {
    expect(await codeOf(linesOf(anAnswer([Buffer.from('{"a":1}\n{"a"')])))).toBe('Truncated');
  });

  it('that are too long are refused before they are whole', async () => {
    expect(await codeOf(linesOf(anAnswer([Buffer.alloc(600, 97), Buffer.alloc(600, 97), undefined])))).toBe('TooLarge');
  });

  it('that stay away end with a timeout, counted from the last piece', async () => {
    const clock = createFakeClock();
    const answer = anAnswer([Buffer.from('a\n'), undefined]);
    const reading = codeOf(linesOf(answer, { clock }));
    await clock.advance(900);
    answer.push(Buffer.from('b\n'));
    await clock.advance(900);
    expect(answer.destroyed).toBe(false);
    await clock.advance(200);
    expect(await reading).toBe('Timeout');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a whole body', () => {
  it('is bounded', async () => {
    expect(await readBody(anAnswer([Buffer.from('ab'), Buffer.from('c')]), 3)).toBe('abc');
    expect(await codeOf(readBody(anAnswer([Buffer.from('ab'), Buffer.from('cd')]), 3))).toBe('TooLarge');
  });
});
